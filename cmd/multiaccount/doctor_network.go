package main

import (
	"cmp"
	"context"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"time"

	"github.com/seed-810f1486/multiaccount/providers"
	"github.com/seed-810f1486/multiaccount/providers/anthropic"
	"github.com/seed-810f1486/multiaccount/providers/openai"
	"github.com/seed-810f1486/multiaccount/settings"
	"github.com/seed-810f1486/multiaccount/tui"
)

const (
	// answerTime is how long a provider may take to answer the doctor.
	answerTime = 5 * time.Second
	// clockSkew is how far this machine's clock may be from the providers'.
	clockSkew = time.Minute
)

// named returns the provider of that name, alone.
func named(name string, all []providers.Provider) []providers.Provider {
	return slices.DeleteFunc(all, func(p providers.Provider) bool { return p.Name() != name })
}

// examineProviders asks all of them at once.
func examineProviders(ctx context.Context, all []providers.Provider, user settings.Settings) []finding {
	ctx, cancel := context.WithTimeout(ctx, answerTime)
	defer cancel()
	var asked []chan finding
	for _, p := range all {
		for _, address := range addressesOf(p.Name(), user.Providers[p.Name()]) {
			answer := make(chan finding, 1)
			asked = append(asked, answer)
			go func() { answer <- examineAddress(ctx, p.Name(), address) }()
		}
	}
	var found []finding
	for _, answer := range asked {
		found = append(found, <-answer)
	}
	return found
}

// addressesOf returns where a provider is asked and where its tokens come from.
func addressesOf(name string, o settings.Override) []string {
	base, token := o.BaseURL, o.TokenURL
	switch name {
	case "anthropic":
		base, token = cmp.Or(base, anthropic.DefaultBaseURL), cmp.Or(token, anthropic.DefaultTokenURL)
	case "openai":
		base, token = cmp.Or(base, openai.DefaultBaseURL), cmp.Or(token, openai.DefaultTokenURL)
	}
	return slices.DeleteFunc([]string{base, token}, func(address string) bool { return address == "" })
}

// examineAddress makes a request without credentials. Any answer will do: it
// shows that the way there is free.
func examineAddress(ctx context.Context, provider, address string) finding {
	host := address
	if u, err := url.Parse(address); err == nil {
		host = u.Host
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodHead, address, http.NoBody)
	if err != nil {
		return problem(provider, fmt.Sprintf("%q is no address", address), `mend it with "multiaccount config edit"`)
	}
	transport := &http.Transport{Proxy: http.ProxyFromEnvironment, DisableKeepAlives: true}
	began := time.Now()
	resp, err := transport.RoundTrip(req)
	if err != nil {
		return problem(provider, fmt.Sprintf("%s does not answer: %v", host, err), "look at the network, a proxy, a firewall")
	}
	_ = resp.Body.Close() // a HEAD has none
	if skew := skewOf(resp, began); skew > clockSkew || skew < -clockSkew {
		return warning(provider, fmt.Sprintf("the clock of %s differs from this machine's by %s", host, tui.Wait(skew.Abs())),
			"set this machine's clock: tokens and limits end by it")
	}
	return fine(provider, host+" answers")
}

// skewOf is how far the server's clock is ahead; 0 when it does not tell.
func skewOf(resp *http.Response, now time.Time) time.Duration {
	at, err := http.ParseTime(resp.Header.Get("Date"))
	if err != nil {
		return 0
	}
	return at.Sub(now)
}
