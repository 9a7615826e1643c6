package etcd_test

import (
	"context"
	"sync"
	"testing"
	"time"

	"go.etcd.io/etcd/api/v3/mvccpb"
	clientv3 "go.etcd.io/etcd/client/v3"

	"github.com/seed-810f1486/multiaccount/account"
	"github.com/seed-810f1486/multiaccount/persistence"
)

// published looks at each value of an account that is stored, in the order in which
// etcd stored them: a login is never replaced by an earlier one.
type published struct {
	stage *stage
	seen  map[string]account.Record
	count int
}

// watchPublished looks until the function that it returns is called, which returns
// how many values there were.
func watchPublished(tb testing.TB, c *cluster, s *stage, x *exchanges) (stop func() int) {
	tb.Helper()
	p := &published{stage: s, seen: map[string]account.Record{}}
	now, err := c.client.Get(tb.Context(), "any")
	must(tb, err)
	ctx, cancel := context.WithCancel(tb.Context())
	var running sync.WaitGroup
	running.Go(func() { p.follow(ctx, c.client, now.Header.Revision+1, x) })
	return func() int {
		cancel()
		running.Wait()
		return p.count
	}
}

func (p *published) follow(ctx context.Context, client *clientv3.Client, from int64, x *exchanges) {
	prefix := p.stage.options.Prefix + "/pools/anthropic/accounts/"
	for ctx.Err() == nil {
		for change := range client.Watch(ctx, prefix, clientv3.WithPrefix(), clientv3.WithRev(from)) {
			from = max(from, change.CompactRevision) // what was forgotten was not seen
			for _, event := range change.Events {
				from = event.Kv.ModRevision + 1
				p.look(string(event.Kv.Key[len(prefix):]), event.Kv, x)
			}
		}
	}
}

func (p *published) look(id string, kv *mvccpb.KeyValue, x *exchanges) {
	rec, err := p.decode(persistence.Key{Provider: "anthropic", ID: id}, kv.Value)
	if err != nil {
		x.complain("a stored value of %s cannot be read: %v", id, err)
		return
	}
	p.count++
	last, known := p.seen[id]
	p.seen[id] = rec
	now, _, issued := x.rank(rec.Credentials.RefreshToken.Fingerprint())
	before, _, _ := x.rank(last.Credentials.RefreshToken.Fingerprint())
	switch {
	case !issued:
		x.complain("%s is stored with a token that the provider did not give", id)
	case !known:
	case now < before:
		x.complain("login %d of %s is stored over login %d", now, id, before)
	case rec.Generation < last.Generation || rec.Revision <= last.Revision:
		x.complain("%s goes back from revision %d of generation %d to %d of %d", id, last.Revision, last.Generation, rec.Revision, rec.Generation)
	}
}

// decode opens a value as the store does: a version, the ids of writes, and what is
// encrypted.
func (p *published) decode(key persistence.Key, value []byte) (account.Record, error) {
	plain, err := p.stage.options.Cipher.Open(value[2+8*int(value[1]):])
	if err != nil {
		return account.Record{}, err
	}
	return persistence.DecodeAccount(key, plain)
}

// handed looks at the tokens that one process hands out: they never go back, and
// none has ended, but for one that was granted while the process was stopped: for a
// second that one serves who waited for it.
type handed struct {
	process int
	ranks   map[string]int
	// stored tells when a token ends, if it is still the one that is stored.
	stored func(id, token string) (time.Time, bool)
}

func (h *handed) look(id, token string, asked time.Time, x *exchanges) {
	rank, ends, issued := x.rank(fingerprint(token))
	switch {
	case !issued:
		x.complain("process %d hands out a token that the provider did not give", h.process)
	case rank < h.ranks[id]:
		x.complain("process %d hands out login %d of %s after login %d", h.process, rank, id, h.ranks[id])
	case ends.Before(asked) && !h.mayNotKnow(id, token, asked) && !x.slept(h.process, ends, asked):
		x.complain("process %d hands out a token of %s that ended %s before", h.process, id, asked.Sub(ends))
	}
	h.ranks[id] = rank
}

// mayNotKnow reports whether a token that has ended is one that the engines were told
// of late, so that it lasts longer for them, or for ever.
func (h *handed) mayNotKnow(id, token string, asked time.Time) bool {
	ends, stored := h.stored(id, token)
	return stored && (ends.IsZero() || !ends.Before(asked))
}
