package simulation

import (
	"cmp"
	"math/rand/v2"
	"slices"
	"time"
)

const (
	day    = 24 * time.Hour
	weeks  = 8
	days   = 7 * weeks
	agents = 30
	// costOfTurn is what a turn costs at least, in tokens.
	costOfTurn = 12_000
)

// request is one turn of a conversation.
type request struct {
	at           time.Duration // since the first day began, at 03:00 of a Monday
	conversation int
	cost         int64 // tokens
}

// shift is when an agent works: hours since 03:00.
type shift struct{ begins, ends time.Duration }

// load returns what the agents ask for, in order; percent scales its cost. Nobody asks between 00:30 and
// 06:00, so that no 5-hour window reaches from one day into the next.
func load(seed uint64, percent int64) []request {
	rng := rand.New(rand.NewPCG(seed, 1))
	var all []request
	conversations := 0
	for agent := range agents {
		for d := range days {
			if !works(rng, d) {
				continue
			}
			s := shiftOf(rng, agent)
			for at := s.begins; at < s.ends; {
				var turns []request
				turns, at = converse(rng, conversations, at, s.ends)
				conversations++
				for _, r := range turns {
					r.at += time.Duration(d) * day
					r.cost = r.cost * percent / 100
					all = append(all, r)
				}
				at += time.Duration(rng.ExpFloat64() * float64(45*time.Minute))
			}
		}
	}
	slices.SortStableFunc(all, func(a, b request) int { return cmp.Compare(a.at, b.at) })
	return all
}

// works leaves out most of each weekend, a holiday, and days off.
func works(rng *rand.Rand, d int) bool {
	chance := rng.Float64()
	switch {
	case d == 16:
		return false
	case d%7 >= 5:
		return chance < 0.15
	}
	return chance < 0.9
}

// shiftOf has most agents work by day, some in the evening, two from early on.
func shiftOf(rng *rand.Rand, agent int) shift {
	late := time.Duration(rng.IntN(90)) * time.Minute
	switch {
	case agent < 2:
		return shift{3*time.Hour + late, 9 * time.Hour}
	case agent < 8:
		return shift{14*time.Hour + late, 21 * time.Hour}
	}
	return shift{5*time.Hour + late, 15 * time.Hour}
}

// converse returns the turns of one conversation, which cost more as it grows,
// and when it ends. One in eight is a burst: many turns in short order.
func converse(rng *rand.Rand, conversation int, at, until time.Duration) ([]request, time.Duration) {
	turns, pause := 3+int(rng.ExpFloat64()*10), 3*time.Minute
	if rng.IntN(8) == 0 {
		turns, pause = 4*turns, 15*time.Second
	}
	var all []request
	for turn := range turns {
		if at >= until {
			break
		}
		cost := costOfTurn + int64(min(turn, 40))*600 + int64(rng.ExpFloat64()*costOfTurn)
		all = append(all, request{at: at, conversation: conversation, cost: cost})
		at += 5*time.Second + time.Duration(rng.ExpFloat64()*float64(pause))
	}
	return all, at
}
