package simulation

import (
	"fmt"
	"strings"

	"github.com/seed-810f1486/multiaccount/policy"
)

// row is what one strategy did under one load, over all seeds.
type row struct {
	strategy string
	Result
}

// report is the rows of one load.
type report struct{ rows []row }

const seeds = 3

// strategies are compared in the order of the documentation.
func strategies() []string {
	return []string{policy.Sticky, policy.RoundRobin, policy.Hybrid, policy.DrainFirst}
}

// loads are the loads' costs, in percent: less than there is quota, about as
// much, and more.
func loads() []int64 { return []int64{48, 64, 80} }

// simulate plays each load of each seed under each strategy. each sees every
// single result.
func simulate(each func(strategy string, r Result)) ([]report, error) {
	var all []report
	for _, percent := range loads() {
		rows := make([]row, len(strategies()))
		for seed := range uint64(seeds) {
			requests := load(seed+1, percent)
			best := bound(requests)
			for i, strategy := range strategies() {
				r, err := Run(strategy, requests)
				if err != nil {
					return nil, err
				}
				r.Best = best
				each(strategy, r)
				rows[i].strategy = strategy
				rows[i].add(r)
			}
		}
		all = append(all, report{rows})
	}
	return all, nil
}

func (r *Result) add(o Result) {
	r.Requests, r.Served = r.Requests+o.Requests, r.Served+o.Served
	r.Asked, r.Done, r.Best = r.Asked+o.Asked, r.Done+o.Done, r.Best+o.Best
	r.Conversations, r.Switches = r.Conversations+o.Conversations, r.Switches+o.Switches
	r.Limited, r.Needless = r.Limited+o.Limited, r.Needless+o.Needless
	r.Lost, r.Ended = r.Lost+o.Lost, r.Ended+o.Ended
}

// pressure is the work asked for, in percent of the accounts' weekly quota.
func (r *report) pressure() float64 {
	var week int64
	for _, size := range sizes() {
		week += size * quota * windowsAWeek
	}
	return percentOf(r.rows[0].Asked, week*weeks*seeds)
}

// reached is the work served, in percent of the upper bound.
func (r *Result) reached() float64 { return percentOf(r.Done, r.Best) }

// lost is the quota that ended unused, in percent of what ended.
func (r *Result) lost() float64 { return percentOf(r.Lost, r.Ended) }

func (r *Result) switches() float64 { return float64(r.Switches) / float64(r.Conversations) }

func percentOf(part, whole int64) float64 { return 100 * float64(part) / float64(whole) }

// table writes the reports in Markdown.
func table(reports []report) string {
	var b strings.Builder
	for _, rep := range reports {
		fmt.Fprintf(&b, "\nWork asked for: %.0f %% of the accounts' weekly quota.\n\n", rep.pressure())
		b.WriteString("| strategy | requests served | work served, of the best possible | switches a conversation | times an account was found limited | 7-day quota that ended unused |\n")
		b.WriteString("|---|---|---|---|---|---|\n")
		for _, r := range rep.rows {
			fmt.Fprintf(&b, "| `%s` | %d of %d (%.1f %%) | %.1f %% | %.2f | %d | %.1f %% |\n", r.strategy, r.Served, r.Requests,
				percentOf(int64(r.Served), int64(r.Requests)), r.reached(), r.switches(), r.Limited, r.lost())
		}
	}
	return b.String() + "\n"
}
