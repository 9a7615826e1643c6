package living

import (
	"context"
	"math"
	"math/rand/v2"
	"net/http"
	"path/filepath"
	"time"

	"github.com/seed-810f1486/multiaccount/internal/usage"
)

// What was used before the demo began: so many days, with so many requests each.
const (
	pastDays = 7
	perDay   = 2000
)

// writePast records a week of requests, more of them by day than by night.
func (d *Demo) writePast(ctx context.Context, dir string) error {
	who, now := weighted(), time.Now()
	for day := range pastDays {
		log, err := usage.Open(ctx, filepath.Join(dir, usage.FileName), nil)
		if err != nil {
			return err
		}
		for range perDay {
			at := now.Add(-time.Duration((float64(day) + rand.Float64()) * 24 * float64(time.Hour)))
			awake := math.Sin(float64(at.Hour()-6) / 24 * 2 * math.Pi)
			if rand.Float64() < 0.55+0.45*awake {
				log.Add(d.pastRecord(anyOf(who), at))
			}
		}
		if err := log.Close(); err != nil {
			return err
		}
	}
	return nil
}

// weighted has each client as often as its share says.
func weighted() []client {
	var all []client
	for _, c := range clients() {
		for range c.share {
			all = append(all, c)
		}
	}
	return all
}

func (d *Demo) pastRecord(c client, at time.Time) usage.Record {
	provider, labels := "anthropic", []string{"ada@example.com", "grace@example.com", "alan@example.com", "edsger@example.com"}
	switch c.ID {
	case "desktop", "editor":
		provider, labels = "openai", []string{"donald@example.com", "frances@example.com", "frances@example.com", "tony@example.com"}
	case "batch":
		provider, labels = acme, []string{"acme key"}
	case "ci":
		labels = c.accounts
	}
	r := usage.Record{
		At: at, Client: c.ID, Provider: provider, Account: d.ids[anyOf(labels)], Model: anyOf(models(provider)),
		Status: http.StatusOK, Attempts: 1, Complete: true,
		Latency: time.Duration(2+rand.IntN(14)) * time.Second, FirstByte: time.Duration(300+rand.IntN(900)) * time.Millisecond,
	}
	input, output := tokens()
	r.Input, r.Output, r.Cached = int64(input), int64(output), int64(input/2)
	if rand.IntN(40) == 0 {
		r.Status, r.Tokens = http.StatusTooManyRequests, usage.Tokens{}
	}
	return r
}
