package roundtrip

import (
	"context"
	"net/http"

	"github.com/tidwall/gjson"

	"github.com/seed-810f1486/multiaccount/account"
	"github.com/seed-810f1486/multiaccount/actors"
	"github.com/seed-810f1486/multiaccount/messages"
	"github.com/seed-810f1486/multiaccount/providers"
)

// Message reads a message of an upgraded connection like an event of a stream.
// The account is told of a failure; class is what the failure means for it.
func (s *Sender) Message(ctx context.Context, leased *messages.TokenLeased, model string, data []byte) (step providers.StreamStep, class account.Class) {
	if s.Provider.Stream == nil {
		return providers.StreamUnknown, account.ClassSuccess
	}
	e := s.Provider.Stream.ReadEvent(nil, data)
	if e.Header != nil {
		s.tellFigures(leased, model, e.Header)
	}
	if e.Step != providers.StreamFailed {
		return e.Step, account.ClassSuccess
	}
	report := reportOf(leased)
	report.Verdict = s.Verdict(leased, model, Outcome{Status: e.Status, Header: messageHeader(data), Body: e.Body})
	report.Open, report.Broken = true, true
	actors.ReportAndWait(ctx, leased.Account, &report)
	return e.Step, report.Verdict.Class
}

// tellFigures tells the account what an event within a good answer says of it, as if
// the answer had these headers. It does not wait.
func (s *Sender) tellFigures(leased *messages.TokenLeased, model string, header http.Header) {
	report := reportOf(leased)
	report.Verdict, report.Open = s.Verdict(leased, model, Outcome{Status: http.StatusOK, Header: header}), true
	leased.Account.Tell(&report)
}

// messageHeader returns the headers that a failure message has as a member, since
// the headers of the connection were sent before.
func messageHeader(data []byte) http.Header {
	h := http.Header{}
	gjson.GetBytes(data, "headers").ForEach(func(name, value gjson.Result) bool {
		h.Set(name.Str, value.String())
		return true
	})
	return h
}
