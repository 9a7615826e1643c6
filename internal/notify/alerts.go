package notify

import (
	"context"
	"sync"
	"time"

	"github.com/rs/zerolog"

	"github.com/seed-810f1486/multiaccount/actors"
	"github.com/seed-810f1486/multiaccount/event"
	"github.com/seed-810f1486/multiaccount/internal/hook"
	"github.com/seed-810f1486/multiaccount/messages"
)

const (
	// alertBacklog is how many alerts may wait for the program to end.
	alertBacklog = 64
	// alertTime is how long the program may take for one.
	alertTime = 30 * time.Second
	// claimAlertTime is how long it may take to find out whether another
	// process has alerted the owner.
	claimAlertTime = 30 * time.Second
	// passingAlert is after how long a state that passes by itself is worth
	// another alert.
	passingAlert = 24 * time.Hour
)

// Alerts run the owner's program for events that need the owner, one at a time, on a
// goroutine of their own. They are safe for concurrent use.
type Alerts struct {
	store   *actors.Writer
	log     zerolog.Logger
	command func(provider string) []string
	queue   chan event.Event
	// ending is done when the program may take no more time, closing when
	// nothing new is taken.
	ending  context.Context //nolint:containedctx // the goroutine's life, as that of a server
	end     context.CancelFunc
	closing chan struct{}
	running sync.WaitGroup
}

// NewAlerts begins. command returns the program and its arguments, as they are now;
// none means that nobody is told. Call [Alerts.Close] once.
func NewAlerts(store *actors.Writer, command func(provider string) []string, log zerolog.Logger) *Alerts {
	a := &Alerts{store: store, log: log, command: command, queue: make(chan event.Event, alertBacklog), closing: make(chan struct{})}
	a.ending, a.end = context.WithCancel(context.Background())
	a.running.Go(a.run)
	return a
}

// Offer has the owner told of an event, if it is one for that. It never blocks.
func (a *Alerts) Offer(e event.Event) {
	if alertOf(e) == nil || len(a.command(e.About().Provider)) == 0 {
		return
	}
	select {
	case a.queue <- e:
	default:
		a.log.Warn().Str("account", e.About().AccountID).Msgf("too many alerts wait for the on_event program; %s is not told", e.Name())
	}
}

func (a *Alerts) run() {
	for {
		select {
		case e := <-a.queue:
			a.tell(e)
		case <-a.closing:
			a.tellRest()
			return
		}
	}
}

// tellRest tells what was published before the engine closed.
func (a *Alerts) tellRest() {
	for a.ending.Err() == nil {
		select {
		case e := <-a.queue:
			a.tell(e)
		default:
			return
		}
	}
}

// tell runs the program, unless the owner has been told already.
func (a *Alerts) tell(e event.Event) {
	log := a.log.With().Str("provider", e.About().Provider).Str("account", e.About().AccountID).Logger()
	claim := alertOf(e)
	ctx, cancel := context.WithTimeout(a.ending, claimAlertTime)
	mine, err := a.store.ClaimAlert(ctx, claim)
	cancel()
	if err != nil {
		log.Warn().Err(err).Msg("the owner is not alerted, since it could not be noted that this was done")
		return
	}
	argv := a.command(claim.Key.Provider)
	if !mine || len(argv) == 0 {
		return
	}
	text, err := event.Encode(e)
	if err == nil {
		ctx, cancel := context.WithTimeout(a.ending, alertTime)
		err = hook.Run(ctx, argv, append(text, '\n'))
		cancel()
	}
	if err != nil {
		log.Warn().Err(err).Msg("the on_event program failed")
	}
}

// alertOf returns the claim for the alert that an event is worth, nil for none.
func alertOf(e event.Event) *messages.ClaimAlert {
	about := e.About()
	claim := &messages.ClaimAlert{Key: messages.Key{Provider: about.Provider, ID: about.AccountID}}
	switch e := e.(type) {
	case event.LoginRejected:
		claim.State, claim.Generation = string(e.Kind), e.Generation
	case event.VerificationRequired:
		claim.State, claim.Again = "verification", passingAlert
	case event.AccountQuarantined:
		claim.State, claim.Again = "quarantined", passingAlert
	case event.OverageBlocked:
		claim.State, claim.Again = "overage", passingAlert
	case event.OwnerNeeded:
		if e.Model != "" {
			return nil // a model that a plan lacks, or that somebody misspelt
		}
		claim.State, claim.Again = "owner_needed", passingAlert
	default:
		return nil
	}
	return claim
}

// Close lets the program end for as long as ctx allows, for patience if ctx has no
// deadline, and kills it then.
func (a *Alerts) Close(ctx context.Context, patience time.Duration) {
	close(a.closing)
	if _, ok := ctx.Deadline(); !ok {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(ctx, patience)
		defer cancel()
	}
	stop := context.AfterFunc(ctx, a.end)
	a.running.Wait()
	stop()
	a.end()
}
