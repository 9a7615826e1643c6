package poolview

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"

	tea "charm.land/bubbletea/v2"
	"charm.land/huh/v2"

	"github.com/seed-810f1486/multiaccount"
	"github.com/seed-810f1486/multiaccount/settings"
	"github.com/seed-810f1486/multiaccount/tui"
)

// strategies are the rules with what each is for.
func strategies() []tui.Option {
	return []tui.Option{
		{Name: string(settings.StrategySticky), Note: "a conversation stays on its account"},
		{Name: string(settings.StrategyRoundRobin), Note: "each account in turn, by weight"},
		{Name: string(settings.StrategyHybrid), Note: "the best by quota, pace and health"},
		{Name: string(settings.StrategyDrainFirst), Note: "the quota that is lost soonest"},
	}
}

func (m *model) strategy() tea.Cmd {
	all, chosen := strategies(), 0
	for i := range all {
		if all[i].Name == string(m.seen.Strategy) {
			chosen = i
		}
	}
	choose := huh.NewSelect[int]().Title("Which account serves a request?").Options(m.choices(strategies())...).Value(&chosen)
	return m.open("↑↓ choose · enter stores it in the settings · esc leaves it", func() tea.Cmd {
		s := settings.Strategy(all[chosen].Name)
		return m.background.change(changeTime, func(ctx context.Context) tea.Msg {
			return done{"the strategy is " + string(s) + " now", m.host.SetStrategy(ctx, s)}
		})
	}, choose)
}

func (m *model) usage() tea.Cmd {
	m.notice = notice{"asking for the quota of all accounts …", plain}
	return m.askUsage(func(asked int, failed []error) tea.Msg {
		if len(failed) == 0 {
			return done{"the quota of " + tui.Count(asked, "account is", "accounts is") + " that of this moment", nil}
		}
		return done{err: fmt.Errorf("%d of %d accounts did not tell their quota: %w", len(failed), asked, errors.Join(failed...))}
	})
}

// askUsage asks for the quota of all accounts that may tell it, whatever comes of
// each; then, when set, has the last word. Without it a failure is not worth a word:
// the figures show how old they are.
func (m *model) askUsage(then func(asked int, failed []error) tea.Msg) tea.Cmd {
	m.usageAt = m.now
	all := slices.DeleteFunc(slices.Clone(m.all), func(a Account) bool { return !a.Enabled || a.State == multiaccount.StateQuarantined })
	return m.background.ask(askTime, func(ctx context.Context) tea.Msg {
		failed := make([]error, len(all))
		var asking sync.WaitGroup
		places := make(chan struct{}, askedAtOnce)
		for i := range all {
			places <- struct{}{}
			asking.Go(func() {
				defer func() { <-places }()
				failed[i] = usageOf(ctx, m.host, &all[i])
			})
		}
		asking.Wait()
		if then == nil {
			return nil
		}
		return then(len(all), slices.DeleteFunc(failed, func(err error) bool { return err == nil }))
	})
}

// askedAtOnce is how many accounts are asked for their quota at the same time.
const askedAtOnce = 4

// usageOf names the account in its error.
func usageOf(ctx context.Context, host Host, a *Account) error {
	pool, err := host.Pool(a.Provider)
	if err == nil {
		err = pool.RefreshUsage(ctx, a.ID)
	}
	if err == nil || errors.Is(err, errors.ErrUnsupported) {
		return nil // an API key has no quota to tell
	}
	return fmt.Errorf("%s: %w", a.name(), err)
}
