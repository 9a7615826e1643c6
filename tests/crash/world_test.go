package crash_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"math/rand/v2"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/seed-810f1486/multiaccount"
	"github.com/seed-810f1486/multiaccount/account"
	"github.com/seed-810f1486/multiaccount/internal/failpoint"
	"github.com/seed-810f1486/multiaccount/persistence"
	"github.com/seed-810f1486/multiaccount/providers/providertest"
	"github.com/seed-810f1486/multiaccount/tests/crash/traffic"
	"github.com/seed-810f1486/multiaccount/tests/internal/peer"
	"github.com/seed-810f1486/multiaccount/tests/internal/rig"
)

const (
	// logins are the accounts with a refresh token.
	logins = 8
	// kept is how many of the accounts that victims added stay.
	kept = 8
	// tokenTTL leaves a token a second and a half: the engine takes one that is
	// in the last quarter of its life for expired.
	tokenTTL = 2 * time.Second
	pool     = "anthropic"
)

// login is an account of the fake provider.
type login = *providertest.AccountHandle

// world is a folder on which one victim after the other is killed, and the
// survivor, an engine that lives on.
type world struct {
	srv      *providertest.Server
	dir      string
	rng      *rand.Rand
	engine   *multiaccount.Engine
	survivor *multiaccount.Pool
	logins   map[string]login
	ids      []string
	book     *ledger
	tally    tally
}

func newWorld(tb testing.TB, seed uint64) *world {
	tb.Helper()
	return newWorldFor(tb, seed, tokenTTL)
}

func newWorldFor(tb testing.TB, seed uint64, ttl time.Duration) *world {
	tb.Helper()
	srv := providertest.New(providertest.Options{TokenTTL: ttl})
	tb.Cleanup(srv.Close)
	w := &world{
		srv: srv, dir: tb.TempDir(), rng: rand.New(rand.NewPCG(seed, 0)),
		logins: map[string]login{}, book: newLedger(),
	}
	w.engine = w.open(tb)
	w.survivor = rig.Pool(tb, w.engine, pool)
	for range logins {
		h := srv.AddAccount(providertest.Account{})
		id := rig.Add(tb, w.survivor, rig.OAuth(h))
		w.logins[id] = h
		w.ids = append(w.ids, id)
		w.book.accounts[id] = standing{Enabled: true}
	}
	return w
}

// open opens one more engine on the folder.
func (w *world) open(tb testing.TB) *multiaccount.Engine {
	tb.Helper()
	return rig.Open(tb, multiaccount.Config{Dir: w.dir, Providers: rig.Providers(w.srv)})
}

// start starts a victim on a relay of its own.
func (w *world) start(tb testing.TB, a aim) (*peer.Process, *peer.Relay) {
	tb.Helper()
	relay := peer.NewRelay(tb, w.srv.URL)
	at := peer.At(w.srv, w.dir).Through(w.srv.URL, relay)
	return peer.Start(tb, victim(tb), at, failpoint.Variable+"="+a.failpoint), relay
}

// kill has a victim work until it meets its aim, kills it, and looks at what
// it leaves. It reports whether that cost a login.
func (w *world) kill(tb testing.TB, a aim, work string, arg any) (lost bool) {
	tb.Helper()
	v, relay := w.start(tb, a)
	v.Order(tb, work, arg)
	w.waitFor(tb, v, a)
	target := w.target(a)
	died := time.Now()
	v.Kill()
	label := w.rename(tb, target)
	w.tally.add(time.Since(died))
	for l, alive := v.Next(tb); alive; l, alive = v.Next(tb) {
		w.take(tb, l) // told before its death
	}
	w.book.renamed(target, label)
	relay.Drain()
	if a.gate != nil {
		a.gate.Release()
	}
	before := w.tally.lost
	w.inspect(tb, v.ID(), target)
	return w.tally.lost > before
}

// aim is the moment at which a victim is killed. Without any, that is at once.
type aim struct {
	// failpoint is the step, and the arrival there.
	failpoint string
	// gate is where the provider holds the victim's exchange.
	gate *providertest.Gate
	// account is whose lock the victim is likely to hold; empty for any.
	account string
	// notes is after how many notes, then is how much later.
	notes int
	then  time.Duration
}

// waitFor returns when the victim has met its aim. One that never comes to
// its failpoint is killed after enough notes.
func (w *world) waitFor(tb testing.TB, v *peer.Process, a aim) {
	tb.Helper()
	if a.gate != nil {
		rig.Must(tb, a.gate.Wait(rig.Deadline(tb), 1))
		return
	}
	for n := 0; n < a.notes; {
		l, alive := v.Next(tb)
		switch {
		case !alive:
			tb.Fatalf("victim %d ended by itself", v.ID())
		case l.Stopped != "":
			return
		case l.Note != nil:
			n++
		}
		w.take(tb, l)
	}
	if a.failpoint != "" {
		w.tally.missed = append(w.tally.missed, a.failpoint)
	}
	<-time.After(a.then) // at a random moment
}

// take writes a victim's line into the book.
func (w *world) take(tb testing.TB, l peer.Line) {
	tb.Helper()
	if l.Done != nil && l.Done.Error != "" {
		tb.Errorf("the victim's engine: %s", l.Done.Error)
	}
	if l.Note == nil {
		return
	}
	var n traffic.Note
	rig.Must(tb, json.Unmarshal(l.Note, &n))
	w.book.take(tb, n)
}

// target returns an account whose lock the victim may hold.
func (w *world) target(a aim) string {
	if a.account != "" {
		return a.account
	}
	for id := range w.book.begun {
		if w.logins[id] != nil {
			return id
		}
	}
	return w.ids[w.rng.IntN(len(w.ids))]
}

// rename is the survivor's next write, which must work. It returns the label.
func (w *world) rename(tb testing.TB, id string) string {
	tb.Helper()
	label := fmt.Sprintf("survivor %d of %s", w.tally.kills(), id)
	if err := w.survivor.Rename(rig.Deadline(tb), id, label); err != nil {
		tb.Fatalf("the survivor cannot write: %v", err)
	}
	return label
}

// inspect reads the folder as a fresh process does, and compares it with the
// book and with what the provider knows.
func (w *world) inspect(tb testing.TB, pid int, target string) {
	tb.Helper()
	stored := w.load(tb)
	spending := w.book.check(tb, stored)
	for _, id := range w.ids {
		saved := w.isSaved(id, stored)
		if !saved && !slices.Contains(spending, id) {
			tb.Errorf("account %s: the token issued last is not stored, and nobody was refreshing it", id)
		}
		if !saved || id == target || slices.Contains(spending, id) {
			w.refresh(tb, id, pid, saved)
		}
	}
}

// isSaved reports whether the token that was issued last is among what is stored.
func (w *world) isSaved(id string, stored map[string]account.Record) bool {
	return stored[id].Credentials.RefreshToken.Reveal() == w.logins[id].RefreshToken()
}

// load returns all accounts by id, each of which must parse, after it has
// removed some of those that victims added.
func (w *world) load(tb testing.TB) map[string]account.Record {
	tb.Helper()
	files, err := persistence.OpenFiles(w.dir)
	rig.Must(tb, err)
	found, err := files.Load(tb.Context(), pool)
	rig.Must(tb, err)
	for _, q := range found.Quarantined {
		tb.Errorf("%s: %s", q.Path, q.Reason)
	}
	stored := make(map[string]account.Record, len(found.Accounts))
	for _, r := range found.Accounts {
		stored[r.ID] = r
	}
	for _, id := range w.book.extra(w.logins, kept) {
		rig.Must(tb, files.Remove(rig.Deadline(tb), persistence.Key{Provider: pool, ID: id}))
		delete(w.book.accounts, id)
		delete(stored, id)
	}
	rig.Must(tb, files.Close())
	return stored
}

// refresh has the survivor spend an account's refresh token. When its
// successor was not saved, the login is lost, which the account must say.
func (w *world) refresh(tb testing.TB, id string, pid int, saved bool) {
	tb.Helper()
	w.book.renamed(id, w.rename(tb, id)) // the survivor knows now what is stored
	// A write that the dead had all but made is completed under the account's lock,
	// which somebody may have held when everything was read.
	saved = saved || w.isSaved(id, w.load(tb))
	twice := w.srv.Stats().RefreshTokensSpentTwice
	err := w.survivor.Refresh(rig.Deadline(tb), id)
	twice = w.srv.Stats().RefreshTokensSpentTwice - twice
	if saved {
		if err != nil || twice != 0 {
			tb.Errorf("account %s: %v, %d tokens spent twice, although its login was saved", id, err, twice)
		}
		return
	}
	w.tally.lost++
	var reauth *multiaccount.ReauthRequiredError
	if !errors.As(err, &reauth) || twice != 1 {
		tb.Errorf("account %s: %v, %d tokens spent twice, want *ReauthRequiredError after one", id, err, twice)
	}
	w.checkLost(tb, w.survivor, id, pid)
	w.logins[id].Login()
	if again := rig.Add(tb, w.survivor, rig.OAuth(w.logins[id])); again != id {
		tb.Errorf("a new login of %s became account %s", id, again)
	}
}

// checkLost checks that an account says what happened to its login: to who
// asks the pool that found out, and on disk.
func (w *world) checkLost(tb testing.TB, asked *multiaccount.Pool, id string, pid int) {
	tb.Helper()
	status := rig.Status(tb, asked, id)
	if status.State != multiaccount.StateLoginLost || !strings.Contains(status.Reason, fmt.Sprintf("process %d", pid)) ||
		!strings.Contains(status.Reason, "log in again") {
		tb.Errorf("account %s is %s: %s; want %s because of process %d, and what to do",
			id, status.State, status.Reason, multiaccount.StateLoginLost, pid)
	}
	rig.Must(tb, asked.Rename(rig.Deadline(tb), id, "lost, "+id)) // stored after the fault
	w.book.renamed(id, "lost, "+id)
	if f := w.load(tb)[id].Fault; f == nil || f.Kind != account.FaultLost {
		tb.Errorf("account %s: stored is fault %+v", id, f)
	}
}

// checkTidy ends the world: once every login has been refreshed and the last
// engine has been closed, nothing of the dead is left on disk but locks that
// nobody holds.
func (w *world) checkTidy(tb testing.TB) {
	tb.Helper()
	for _, id := range w.ids {
		rig.Must(tb, w.survivor.Refresh(rig.Deadline(tb), id))
	}
	rig.Close(tb, w.engine)
	rig.Close(tb, w.open(tb))
	rig.Must(tb, filepath.WalkDir(w.dir, func(path string, entry fs.DirEntry, err error) error {
		kind := filepath.Ext(path)
		claims := filepath.Base(filepath.Dir(path)) == "claims"
		decisions := kind == ".jsonl" // of those that lived long enough to write them
		if err == nil && !entry.IsDir() && kind != ".lock" && !decisions && (kind != ".json" || claims) {
			tb.Errorf("left behind: %s", path)
		}
		return err
	}))
}
