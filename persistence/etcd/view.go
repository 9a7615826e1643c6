package etcd

import "context"

// View is a fleet that is only looked at: nobody is told that it is open, and it needs
// neither room in etcd nor the right to write. It is safe for concurrent use.
type View struct{ store *Store }

// OpenView is [Open] for who only looks, with the same errors.
func OpenView(ctx context.Context, o Options) (*View, error) {
	s, err := connect(ctx, o)
	if err != nil {
		return nil, err
	}
	return &View{s}, nil
}

// Status is [Store.Status].
func (v *View) Status(ctx context.Context) (Status, error) { return v.store.Status(ctx) }

// Providers is [Store.Providers].
func (v *View) Providers(ctx context.Context) ([]string, error) { return v.store.Providers(ctx) }

// Decisions returns the latest decisions of all stores, each JSON lines: see
// [Store.OthersDecisions].
func (v *View) Decisions(provider string) ([][]byte, error) { return v.store.OthersDecisions(provider) }

// Close ends the connection.
func (v *View) Close() error {
	v.store.end()
	return v.store.client.Close()
}
