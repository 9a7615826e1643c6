package demo

import (
	"math"
	"strconv"
	"time"

	"github.com/seed-810f1486/multiaccount/providers/providertest"
)

// thinkTime is how long a worker rests between two requests on average.
const thinkTime = 30 * time.Millisecond

// A token counts as expired in its last 60 s, so that those which live this
// long are refreshed every few seconds. Only the accounts that serve first have
// them: of many that idle with tokens about to end, a bad spell of the token
// endpoint leaves more without one than a request may try.
const (
	shortestToken = 62 * time.Second
	tokenStep     = time.Second
	tokenSteps    = 4
	shortLived    = 8
	longestToken  = time.Hour
)

// quotaLength is how long a quota window is: long enough to be seen at rest,
// short enough to come back within the run.
const quotaLength = 4 * time.Second

// abundance is how many times what the workers need the accounts of a
// provider have together: an account is exhausted long before its window
// ends, yet others always have quota left.
const abundance = 2.0

// leastQuota keeps a request from meeting one exhausted account after another.
const leastQuota = 20

// cast returns the accounts of a run, both providers in turn.
func cast(o Options) []providertest.Account {
	accounts := make([]providertest.Account, o.Accounts)
	for i := range accounts {
		plan, window := pick(i/2, "max", "pro"), "5h"
		if flavourOf(i) == providertest.OpenAI {
			plan, window = pick(i/2, "plus", "pro"), "primary"
		}
		accounts[i] = providertest.Account{
			Flavour:      flavourOf(i),
			Email:        email(i),
			Subject:      "user-" + strconv.Itoa(i+1),
			Organization: "workspace-" + strconv.Itoa(i+1),
			Plan:         plan,
			TokenTTL:     tokenTTL(i),
			Windows:      []providertest.Window{{Name: window, Length: quotaLength, Limit: o.quota(flavourOf(i))}},
		}
	}
	return accounts
}

// tokenTTL is how long the tokens of the account with that number live.
func tokenTTL(i int) time.Duration {
	if i >= shortLived {
		return longestToken
	}
	return shortestToken + time.Duration(i%tokenSteps)*tokenStep
}

// flavourOf is the provider of the account with that number.
func flavourOf(i int) providertest.Flavour {
	if i%2 == 1 {
		return providertest.OpenAI
	}
	return providertest.Anthropic
}

// quota is how many requests an account of the provider has in each window.
func (o Options) quota(f providertest.Flavour) int {
	rate := float64(o.share(o.Workers, f)) / thinkTime.Seconds()
	return max(leastQuota, int(math.Ceil(abundance*rate*quotaLength.Seconds()/float64(o.share(o.Accounts, f)))))
}

// share is how many of n belong to a provider.
func (o Options) share(n int, f providertest.Flavour) int {
	if f == providertest.Anthropic {
		return (n + 1) / 2
	}
	return n / 2
}

// email returns an address for the account with that number, each once.
func email(i int) string {
	names := [...]string{
		"ada", "grace", "alan", "edsger", "barbara", "donald", "frances", "tony",
		"margaret", "dennis", "radia", "niklaus", "katherine", "john", "adele", "leslie",
	}
	name := names[i%len(names)]
	if round := i / len(names); round > 0 {
		name += strconv.Itoa(round + 1)
	}
	return name + "@example.com"
}

func pick(i int, words ...string) string { return words[i%len(words)] }
