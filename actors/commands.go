package actors

import (
	"context"

	"github.com/seed-810f1486/multiaccount/account"
	"github.com/seed-810f1486/multiaccount/actors/internal/runtime"
	"github.com/seed-810f1486/multiaccount/messages"
)

// Add stores an account, or gives a known one another login, and returns its id.
func (p *Pool) Add(ctx context.Context, record account.Record) (string, error) {
	return p.add(ctx, &messages.AddAccount{Record: record})
}

// Import is Add for a login that the pool does not have. If the pool has it, the
// error is a [*messages.RefusalError]. A dry run adds nothing.
func (p *Pool) Import(ctx context.Context, record account.Record, dryRun bool) (string, error) {
	return p.add(ctx, &messages.AddAccount{Record: record, OnlyNew: true, DryRun: dryRun})
}

func (p *Pool) add(ctx context.Context, m *messages.AddAccount) (string, error) {
	m.Reply = messages.NewReply[messages.AccountAdded]()
	added, err := runtime.Ask(ctx, p.supervisor, m, m.Reply)
	if err != nil {
		return "", err
	}
	return added.ID, added.Err
}

// Remove deletes an account.
func (p *Pool) Remove(ctx context.Context, id string) error {
	m := &messages.RemoveAccount{ID: id, Reply: messages.NewReply[messages.Acknowledged]()}
	return acknowledged(runtime.Ask(ctx, p.supervisor, m, m.Reply))
}

// SetEnabled switches an account on or off.
func (p *Pool) SetEnabled(ctx context.Context, id string, enabled bool) error {
	m := &messages.SetEnabled{Enabled: enabled, Reply: messages.NewReply[messages.Acknowledged]()}
	return p.command(ctx, id, m, m.Reply)
}

// SetKey gives an account another API key.
func (p *Pool) SetKey(ctx context.Context, id string, key account.Secret) error {
	m := &messages.SetKey{Key: key, Reply: messages.NewReply[messages.Acknowledged]()}
	return p.command(ctx, id, m, m.Reply)
}

// Adopt makes this engine the owner of a linked login.
func (p *Pool) Adopt(ctx context.Context, id string) error {
	m := &messages.AdoptLogin{Reply: messages.NewReply[messages.Acknowledged]()}
	return p.command(ctx, id, m, m.Reply)
}

// Rename sets an account's label.
func (p *Pool) Rename(ctx context.Context, id, label string) error {
	m := &messages.RenameAccount{Label: label, Reply: messages.NewReply[messages.Acknowledged]()}
	return p.command(ctx, id, m, m.Reply)
}

// Configure sets what an owner sets for one account.
func (p *Pool) Configure(ctx context.Context, id string, change account.Config) error {
	m := &messages.ConfigureAccount{Change: change, Reply: messages.NewReply[messages.Acknowledged]()}
	return p.command(ctx, id, m, m.Reply)
}

// ResetCooldown clears an account's limits.
func (p *Pool) ResetCooldown(ctx context.Context, id string) error {
	m := &messages.ResetCooldown{Reply: messages.NewReply[messages.Acknowledged]()}
	return p.command(ctx, id, m, m.Reply)
}

// Refresh gets a new token for an account now.
func (p *Pool) Refresh(ctx context.Context, id string) error {
	m := &messages.RefreshAccount{Reply: messages.NewReply[messages.Acknowledged]()}
	return p.command(ctx, id, m, m.Reply)
}

// RefreshUsage asks the provider for an account's quota figures now.
func (p *Pool) RefreshUsage(ctx context.Context, id string) error {
	m := &messages.PollUsage{Reply: messages.NewReply[messages.Acknowledged]()}
	return p.command(ctx, id, m, m.Reply)
}

// Pin pins all requests to one account; an empty id ends the pin.
func (p *Pool) Pin(ctx context.Context, id string) error {
	m := &messages.PinPool{ID: id, Reply: messages.NewReply[messages.Acknowledged]()}
	return acknowledged(runtime.Ask(ctx, p.supervisor, m, m.Reply))
}

func (p *Pool) command(ctx context.Context, id string, c messages.AccountCommand, reply *messages.Reply[messages.Acknowledged]) error {
	return acknowledged(runtime.Ask(ctx, p.supervisor, &messages.CommandAccount{ID: id, Command: c}, reply))
}

func acknowledged(done messages.Acknowledged, err error) error {
	if err != nil {
		return err
	}
	return done.Err
}
