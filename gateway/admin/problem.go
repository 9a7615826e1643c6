package admin

import (
	"context"
	"errors"
	"net/http"

	"github.com/seed-810f1486/multiaccount"
	"github.com/seed-810f1486/multiaccount/account"
	"github.com/seed-810f1486/multiaccount/gateway"
	"github.com/seed-810f1486/multiaccount/internal/printable"
	"github.com/seed-810f1486/multiaccount/login"
	"github.com/seed-810f1486/multiaccount/providers"
	"github.com/seed-810f1486/multiaccount/settings"
)

// problem is an answer that tells what went wrong (RFC 9457).
type problem struct {
	Type   string `json:"type"`
	Title  string `json:"title"`
	Status int    `json:"status"`
	// Detail says what happened, and what to do next.
	Detail string `json:"detail"`
	// Code is a word for programs.
	Code     string             `json:"code"`
	Problems []settings.Problem `json:"problems,omitempty"`
	// allow are the methods that a path has.
	allow string
}

// Error returns the detail.
func (p *problem) Error() string { return p.Detail }

// fail answers with what went wrong.
func (a *Admin) fail(w http.ResponseWriter, r *http.Request, err error) {
	p := problemOf(err)
	if p.Status >= http.StatusInternalServerError {
		a.log.Warn().Str("path", r.URL.Path).Int("status", p.Status).Msg(p.Detail)
	}
	switch p.Status {
	case http.StatusUnauthorized:
		w.Header().Set("WWW-Authenticate", `Bearer realm="multiaccount admin"`)
	case http.StatusMethodNotAllowed:
		w.Header().Set("Allow", p.allow)
	}
	p.Type, p.Title, p.Detail = "urn:multiaccount:problem:"+p.Code, http.StatusText(p.Status), printable.Text(p.Detail)
	write(w, "application/problem+json", p.Status, p)
}

// problemOf says what an error is told as.
func problemOf(err error) *problem {
	if p, ok := errors.AsType[*problem](err); ok {
		told := *p
		return &told
	}
	told := &problem{Status: http.StatusInternalServerError, Code: "failed", Detail: err.Error()}
	if wrong, ok := errors.AsType[*settings.Error](err); ok {
		told.Problems = wrong.Problems
	}
	for _, k := range kinds() {
		if k.is(err) {
			told.Status, told.Code = k.status, k.code
			break
		}
	}
	return told
}

// kind is what errors of one kind are told as.
type kind struct {
	status int
	code   string
	is     func(error) bool
}

// kinds are those of the errors that the engine and what is around it return; the
// first that fits counts.
func kinds() []kind {
	return []kind{
		{http.StatusNotFound, "unknown_account", being(multiaccount.ErrUnknownAccount)},
		{http.StatusNotFound, "unknown_provider", being(multiaccount.ErrUnknownProvider)},
		{http.StatusNotFound, "unknown_client", being(gateway.ErrUnknownClient)},
		{http.StatusConflict, "duplicate_client", being(gateway.ErrClientExists)},
		{http.StatusConflict, "duplicate_account", of[*multiaccount.DuplicateAccountError]},
		{http.StatusConflict, "duplicate_label", of[*multiaccount.DuplicateLabelError]},
		{http.StatusConflict, "login_needed", of[*multiaccount.ReauthRequiredError]},
		{http.StatusConflict, "port_taken", of[*login.PortTakenError]},
		{http.StatusUnprocessableEntity, "key_refused", of[*providers.KeyRefusedError]},
		{http.StatusUnprocessableEntity, "foreign_key", of[*login.ForeignKeyError]},
		{http.StatusUnprocessableEntity, "not_allowed", of[*multiaccount.InvalidAccountError]},
		{http.StatusUnprocessableEntity, "not_allowed", of[*account.ConfigError]},
		{http.StatusUnprocessableEntity, "not_allowed", being(gateway.ErrClientName)},
		{http.StatusUnprocessableEntity, "wrong_settings", of[*settings.Error]},
		{http.StatusUnprocessableEntity, "unsupported", being(errors.ErrUnsupported)},
		{http.StatusBadGateway, "provider_refused", of[*login.DeniedError]},
		{http.StatusBadGateway, "provider_failed", of[*providers.LoginError]},
		{http.StatusBadGateway, "provider_failed", of[*providers.StatusError]},
		{http.StatusBadGateway, "provider_failed", of[*multiaccount.ProviderUnavailableError]},
		{http.StatusServiceUnavailable, "closing", being(multiaccount.ErrClosed)},
		{http.StatusServiceUnavailable, "too_late", being(context.DeadlineExceeded)},
	}
}

func being(target error) func(error) bool {
	return func(err error) bool { return errors.Is(err, target) }
}

func of[E error](err error) bool {
	_, ok := errors.AsType[E](err)
	return ok
}
