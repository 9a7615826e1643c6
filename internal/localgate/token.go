package localgate

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"strings"

	"github.com/seed-810f1486/multiaccount/gateway"
	"github.com/seed-810f1486/multiaccount/persistence"
)

// What the names of clients begin with that are made for agents.
const (
	OfRun   = "run-"
	OfSetup = "setup-"
)

// IsMade reports whether a client was made for an agent on this machine: nobody was
// told its token.
func IsMade(client string) bool {
	return strings.HasPrefix(client, OfRun) || strings.HasPrefix(client, OfSetup)
}

// Token returns the token of a client of the gateway on this machine; list is the
// file of the clients. The token is kept in a file that its owner alone may read,
// beside the accounts; one that is missing, or that the gateway does not know, is
// made anew, and the client with it.
func Token(ctx context.Context, dir, list, client string) (token string, err error) {
	err = persistence.EditFile(ctx, TokenFile(dir, client), func(stored []byte) ([]byte, error) {
		clients, err := gateway.OpenClients(list) // as they are now: another process may have added this one
		if err != nil {
			return nil, err
		}
		token = string(bytes.TrimSpace(stored))
		if known := clients.Client(token); known != nil && known.ID == client {
			return stored, nil
		}
		token, err = renewed(ctx, clients, client)
		return []byte(token + "\n"), err
	})
	if err != nil {
		return "", fmt.Errorf("the token of the client %s: %w", client, err)
	}
	return token, nil
}

// Known returns the token of a client that is there already, else nothing.
func Known(dir, client string) string {
	stored, _ := persistence.ReadOwn(TokenFile(dir, client)) // it is made anew when it is needed
	return string(bytes.TrimSpace(stored))
}

// renewed makes the client anew: its token, if there was one, is lost.
func renewed(ctx context.Context, clients *gateway.ClientFile, client string) (string, error) {
	if err := clients.Remove(ctx, client); err != nil && !errors.Is(err, gateway.ErrUnknownClient) {
		return "", err
	}
	return clients.Add(ctx, gateway.Client{ID: client})
}

// Forget removes a client and its token. One that is not there is no error.
func Forget(ctx context.Context, dir, list, client string) error {
	clients, err := gateway.OpenClients(list)
	if err != nil {
		return err
	}
	if err := clients.Remove(ctx, client); err != nil && !errors.Is(err, gateway.ErrUnknownClient) {
		return err
	}
	err = persistence.RemoveFile(TokenFile(dir, client))
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	return err
}
