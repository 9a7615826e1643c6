package main

import (
	"bytes"
	"context"
	"time"

	"github.com/seed-810f1486/multiaccount"
	"github.com/seed-810f1486/multiaccount/providers/configured"
)

// explained is how many decisions the screen explains of an account.
const explained = 10

// Explain implements [poolview.Host].
func (h *screenHost) Explain(ctx context.Context, provider, id string) (string, error) {
	accounts, err := h.entries(ctx, provider)
	if err != nil {
		return "", err
	}
	all, err := h.decisions(ctx, provider)
	if err != nil {
		return "", err
	}
	mine := decisionsAbout(id, all)
	if len(mine) == 0 {
		return noDecisions, nil
	}
	return decisionsText(mine[max(0, len(mine)-explained):], labelsOf(accounts), time.Now()), nil
}

// Examine implements [poolview.Host].
func (h *screenHost) Examine(ctx context.Context) (string, error) {
	s := h.streams
	s.dir = &h.dir
	_, user, found := examineSettings(s)
	if user == nil {
		return findingsText(found), nil
	}
	accounts, err := examineAccounts(ctx, h.session, "", false)
	if err != nil {
		return "", err
	}
	return findingsText(append(append(found, accounts...), examineProviders(ctx, configured.All(*user), *user)...)), nil
}

// Import implements [poolview.Host].
func (h *screenHost) Import(ctx context.Context, dry bool) (string, error) {
	var text bytes.Buffer
	err := runImport(ctx, streams{out: &text, err: &text}, h.session, multiaccount.ImportOptions{DryRun: dry}, false)
	return text.String(), err
}
