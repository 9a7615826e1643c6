package admin

import (
	"context"
	"errors"
	"sync"
	"time"

	"github.com/seed-810f1486/multiaccount"
	"github.com/seed-810f1486/multiaccount/account"
	"github.com/seed-810f1486/multiaccount/login"
	"github.com/seed-810f1486/multiaccount/providers"
)

// loginState says how a login is.
type loginState string

const (
	// loginStarting: its address is not known yet.
	loginStarting loginState = "starting"
	// loginWaiting: for its owner.
	loginWaiting loginState = "waiting"
	// loginChecking: the provider is asked.
	loginChecking loginState = "checking"
	loginDone     loginState = "done"
	loginFailed   loginState = "failed"
)

// loginBody is a login as it is answered.
type loginBody struct {
	ID       string       `json:"id"`
	Provider string       `json:"provider"`
	Method   login.Method `json:"method"`
	State    loginState   `json:"state"`
	URL      string       `json:"url,omitempty"`
	UserCode string       `json:"user_code,omitempty"`
	// CompleteURL has the code in it, where the provider has such an address.
	CompleteURL string `json:"complete_url,omitempty"`
	// CodeShown is set when the page shows a code to copy.
	CodeShown bool `json:"code_shown,omitempty"`
	// Problem is what was wrong with the last code, Error why it failed.
	Problem   string    `json:"problem,omitempty"`
	Error     string    `json:"error,omitempty"`
	StartedAt time.Time `json:"started_at"`
	ExpiresAt time.Time `json:"expires_at"`
	// Relogin is the account that was to get the login, Account the one that has it.
	Relogin      string   `json:"relogin,omitempty"`
	Account      string   `json:"account,omitempty"`
	Known        bool     `json:"known,omitempty"`
	OtherAccount bool     `json:"other_account,omitempty"`
	Untold       []string `json:"untold,omitempty"`
}

// flow is one login. It is the [login.Owner] that speaks through the interface.
type flow struct {
	provider providers.Provider
	pool     *multiaccount.Pool
	label    string
	cancel   context.CancelFunc
	// pasted has what the owner brings.
	pasted chan string

	mu    sync.Mutex
	body  loginBody
	err   error
	ended time.Time
	// changed is closed with each change.
	changed chan struct{}
}

var _ login.Owner = (*flow)(nil)

// run logs in and stores the account.
func (f *flow) run(ctx context.Context) {
	grant, err := login.By(ctx, f.body.Method, f.provider, f)
	if err == nil {
		err = f.save(ctx, grant)
	}
	if err != nil {
		f.set(func(b *loginBody) { b.State, b.Error, f.err = loginFailed, err.Error(), err })
	}
}

func (f *flow) save(ctx context.Context, grant account.Grant) error {
	f.set(func(b *loginBody) { b.State = loginChecking })
	saved, err := login.Save(ctx, f.pool, f.provider, login.New{Grant: grant, Label: f.label})
	if err != nil {
		return err
	}
	f.set(func(b *loginBody) {
		b.State, b.Account, b.Known, b.Problem = loginDone, saved.ID, saved.Known, ""
		b.OtherAccount = b.Relogin != "" && b.Relogin != saved.ID
		for _, untold := range saved.Untold {
			b.Untold = append(b.Untold, untold.Error())
		}
	})
	return nil
}

// set changes what is known of the login.
func (f *flow) set(change func(b *loginBody)) {
	f.mu.Lock()
	defer f.mu.Unlock()
	change(&f.body)
	if f.body.State.isOver() {
		f.ended = time.Now()
	}
	close(f.changed)
	f.changed = make(chan struct{})
}

func (s loginState) isOver() bool { return s == loginDone || s == loginFailed }

// now is how the login is, with what is closed when that changes.
func (f *flow) now() (loginBody, <-chan struct{}) {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.body, f.changed
}

// await returns how the login is, once ready says that it is far enough, or ctx ends.
func (f *flow) await(ctx context.Context, ready func(loginState) bool) loginBody {
	for {
		body, changed := f.now()
		if ready(body.State) {
			return body
		}
		select {
		case <-changed:
		case <-ctx.Done():
			return body
		}
	}
}

// Browse implements [login.Owner].
func (f *flow) Browse(url string) error {
	f.set(func(b *loginBody) { b.State, b.URL = loginWaiting, url })
	return nil
}

// Device implements [login.Owner].
func (f *flow) Device(d providers.DeviceLogin) error {
	f.set(func(b *loginBody) {
		b.State, b.URL, b.CompleteURL, b.UserCode = loginWaiting, d.URL, d.CompleteURL, d.UserCode
	})
	return nil
}

// Paste implements [login.Owner].
func (f *flow) Paste(ctx context.Context, q login.Question) (string, error) {
	f.set(func(b *loginBody) {
		b.State, b.URL, b.CodeShown, b.Problem = loginWaiting, q.URL, q.Shown, ""
		if q.Problem != nil {
			b.Problem = q.Problem.Error()
		}
	})
	select {
	case text := <-f.pasted:
		return text, nil
	case <-ctx.Done():
		return "", errors.New("nobody brought the code: " + context.Cause(ctx).Error())
	}
}

// finish takes what the owner brings, and reports whether the login waits for that.
func (f *flow) finish(code string) bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.body.Method != login.ByPaste || f.body.State != loginWaiting {
		return false
	}
	f.body.State = loginChecking
	f.pasted <- code // there is room: it waits for one
	return true
}
