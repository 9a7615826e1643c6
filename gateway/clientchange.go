package gateway

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
)

// Change changes what a client may use; its name and its token stay. change gets the
// client as it is stored. Errors: [ErrUnknownClient], and what keeps the file from
// being written.
func (f *ClientFile) Change(ctx context.Context, id string, change func(*Client)) error {
	return f.edit(ctx, func(stored *clientList) error { return stored.change(id, change) })
}

func (l *clientList) change(id string, change func(*Client)) error {
	i := l.find(id)
	if i < 0 {
		return fmt.Errorf("%w: %s", ErrUnknownClient, id)
	}
	before := l.known[i]
	c := before.token().Client
	change(&c)
	after := storedOf(c)
	after.ID, after.TokenSHA256, after.AddedAt, after.hash = before.ID, before.TokenSHA256, before.AddedAt, before.hash
	raw, err := merged(l.Clients[i], before, after)
	if err != nil {
		return err
	}
	l.Clients[i], l.known[i] = raw, after
	return nil
}

// merged returns the new entry of a client in the file. Members that are not known
// stay.
func merged(raw json.RawMessage, before, after storedClient) (json.RawMessage, error) {
	members, err := membersOf(raw)
	if err != nil {
		return nil, err
	}
	old, err := encoded(before)
	if err != nil {
		return nil, err
	}
	now, err := encoded(after)
	if err != nil {
		return nil, err
	}
	maps.DeleteFunc(members, func(name string, _ json.RawMessage) bool { return old[name] != nil })
	maps.Copy(members, now)
	return json.Marshal(members)
}

// encoded are the members of a client as it is stored.
func encoded(c storedClient) (map[string]json.RawMessage, error) {
	raw, err := json.Marshal(c)
	if err != nil {
		return nil, err
	}
	return membersOf(raw)
}

func membersOf(raw json.RawMessage) (members map[string]json.RawMessage, err error) {
	err = json.Unmarshal(raw, &members)
	return members, err
}
