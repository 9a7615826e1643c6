package etcd

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"go.etcd.io/etcd/api/v3/v3rpc/rpctypes"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"github.com/seed-810f1486/multiaccount/persistence"
)

var (
	// ErrNotInitialised is returned by [Open] for a prefix that nobody has
	// initialised.
	ErrNotInitialised = errors.New("this etcd holds no fleet under the prefix: run multiaccountd-etcd fleet init")
	// ErrInitialised is returned by [Init] for a prefix that holds a fleet.
	ErrInitialised = errors.New("this etcd holds a fleet under the prefix already: use it, with the passphrase that it was made with, or another store.prefix")
	// ErrLapsed is returned for a change under a lock that has ended by itself, because
	// etcd did not hear of its holder for too long. Nothing was changed. It wraps
	// [persistence.ErrLocked].
	ErrLapsed = fmt.Errorf("%w: this one's lock has lapsed, since etcd did not hear of it in time", persistence.ErrLocked)
	// ErrUnknownOutcome is returned for a write when etcd did not say in time whether
	// it was stored. Read the value before you try again.
	ErrUnknownOutcome = errors.New("etcd did not say whether the change was stored")
)

// storageError wraps an error of etcd with what to do; nil and the store's own
// errors stay as they are.
func storageError(endpoints []string, err error) error {
	if err == nil || !isEtcds(err) {
		return err
	}
	return &persistence.StorageError{Path: strings.Join(endpoints, ","), Err: fmt.Errorf("etcd: %w", err), Fix: adviceFor(err)}
}

func isEtcds(err error) bool {
	var known rpctypes.EtcdError
	_, grpc := status.FromError(err)
	return grpc || errors.As(err, &known) || errors.Is(err, context.DeadlineExceeded)
}

func adviceFor(err error) string {
	switch {
	case isFull(err):
		return "etcd is full: compact and defragment it, or raise --quota-backend-bytes, then run etcdctl alarm disarm"
	case errors.Is(err, rpctypes.ErrRequestTooLarge):
		return "the value is larger than etcd takes: raise --max-request-bytes"
	case errors.Is(err, rpctypes.ErrAuthFailed), errors.Is(err, rpctypes.ErrPermissionDenied), errors.Is(err, rpctypes.ErrUserEmpty):
		return "check the user, its password and its role: it needs read and write on the prefix"
	}
	return "check that the endpoints are right, and that most members of etcd run and reach each other; it is tried again"
}

// isTransient reports whether a call may work when it is tried again. A write that
// failed so may have been stored.
func isTransient(err error) bool {
	var known rpctypes.EtcdError
	if errors.As(err, &known) {
		switch known.Code() {
		case codes.Unavailable, codes.DeadlineExceeded, codes.Canceled, codes.Unknown:
			return true
		default:
			return false
		}
	}
	switch status.Code(err) {
	case codes.Unavailable, codes.DeadlineExceeded, codes.Canceled:
		return true
	default:
		return errors.Is(err, context.DeadlineExceeded)
	}
}

// isFull reports whether etcd has no room. A write that was under way when etcd became
// full may get this answer and be stored all the same.
func isFull(err error) bool { return errors.Is(err, rpctypes.ErrNoSpace) }

// mayPass reports whether err means that etcd does not answer now, or has no room.
func mayPass(err error) bool {
	return errors.Is(err, ErrUnknownOutcome) || isFull(err) || isTransient(err)
}

// accountError names the account that err is about; nil stays nil.
func accountError(key persistence.Key, err error) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf("account %s of %s: %w", key.ID, key.Provider, err)
}

func poolError(provider string, err error) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf("pool of %s: %w", provider, err)
}
