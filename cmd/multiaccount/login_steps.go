package main

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"time"

	"github.com/seed-810f1486/multiaccount/login"
	"github.com/seed-810f1486/multiaccount/providers"
)

// loginStep is a line that "login --steps" prints. Its JSON names are stable.
type loginStep struct {
	// Step is one of the constants below.
	Step string `json:"step"`
	URL  string `json:"url,omitempty"`
	// CompleteURL has the code in it, where the provider has such an address.
	CompleteURL string    `json:"complete_url,omitempty"`
	UserCode    string    `json:"user_code,omitempty"`
	ExpiresAt   time.Time `json:"expires_at,omitzero"`
	// Copy says what the browser shows in the end, to be copied: a code, or an address.
	Copy string `json:"copy,omitempty"`
	// Problem says what was wrong with the last answer.
	Problem string     `json:"problem,omitempty"`
	Account *savedJSON `json:"account,omitempty"`
}

const (
	// stepBrowse: the owner goes to URL in a browser on this machine.
	stepBrowse = "browse"
	// stepDevice: the owner types UserCode in at URL, on any device.
	stepDevice = "device"
	// stepPaste: the owner goes to URL in any browser; a line of standard input answers.
	stepPaste = "paste"
	// stepDone: Account was stored.
	stepDone = "done"
)

// steps takes an owner through a login by a program that shows each step.
type steps struct{ *owner }

func (w steps) tell(step loginStep) error {
	line, err := json.Marshal(step)
	if err != nil {
		return err
	}
	return writeLine(w.streams, line)
}

func (w steps) done(provider string, a *login.Saved) error {
	shown := savedJSONOf(provider, a)
	return w.tell(loginStep{Step: stepDone, Account: &shown})
}

// Browse implements [login.Owner].
func (w steps) Browse(url string) error { return w.tell(loginStep{Step: stepBrowse, URL: url}) }

// Device implements [login.Owner].
func (w steps) Device(d providers.DeviceLogin) error {
	return w.tell(loginStep{Step: stepDevice, URL: d.URL, CompleteURL: d.CompleteURL, UserCode: d.UserCode, ExpiresAt: d.ExpiresAt})
}

// Paste implements [login.Owner].
func (w steps) Paste(ctx context.Context, q login.Question) (string, error) {
	step := loginStep{Step: stepPaste, URL: q.URL, Copy: "address"}
	if q.Shown {
		step.Copy = "code"
	}
	if q.Problem != nil {
		step.Problem = q.Problem.Error()
	}
	if err := w.tell(step); err != nil {
		return "", err
	}
	return w.line(ctx)
}

// obtainBySteps gets a new login in the one way that the flags name.
func obtainBySteps(ctx context.Context, w steps, p providers.Provider, o loginOptions) (login.New, error) {
	method := o.method()
	if method != login.ByPaste {
		var cancel context.CancelFunc
		ctx, cancel = untilClosed(ctx, w.lines)
		defer cancel()
	}
	grant, err := login.By(ctx, method, p, w)
	return login.New{Grant: grant, Label: string(o.label)}, err
}

// method is what the flags name; a browser without any.
func (o *loginOptions) method() login.Method {
	switch {
	case o.device:
		return login.ByDevice
	case o.noBrowser:
		return login.ByPaste
	}
	return login.ByBrowser
}

// untilClosed returns a context that ends when nothing more can be read: the program
// that shows the steps has ended then.
func untilClosed(ctx context.Context, from io.Reader) (context.Context, context.CancelFunc) {
	ctx, cancel := context.WithCancelCause(ctx)
	go func() {
		_, _ = io.Copy(io.Discard, from) // it ends however it ends
		cancel(errors.New("standard input was closed"))
	}()
	return ctx, func() { cancel(nil) }
}
