package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/seed-810f1486/multiaccount"
	"github.com/seed-810f1486/multiaccount/account"
	"github.com/seed-810f1486/multiaccount/internal/printable/printabletest"
	"github.com/seed-810f1486/multiaccount/persistence"
	"github.com/seed-810f1486/multiaccount/providers/configured"
	"github.com/seed-810f1486/multiaccount/providers/providertest"
	"github.com/seed-810f1486/multiaccount/settings"
)

// What providers, hosts and other programs call things reaches no terminal as
// it is, by any command, and JSON holds it as it is.
func TestNoCommandObeysAName(t *testing.T) {
	srv, dir := providertest.New(providertest.Options{}), filepath.Join(t.TempDir(), printabletest.Name)
	t.Cleanup(srv.Close)
	t.Setenv("MULTIACCOUNT_DIR", dir)
	if err := configure(dir, srv); err != nil {
		t.Fatal(err)
	}
	if err := fillHostile(t.Context(), dir); err != nil {
		t.Fatal(err)
	}
	source := filepath.Join(t.TempDir(), printabletest.Name+".json")
	entry := fmt.Sprintf(`{"uuid":%[1]q,"label":%[1]q,"email":%[1]q,"planTier":%[1]q,"refreshToken":"rt-%%d","accessToken":%%q}`, "NAME")
	entries := strings.ReplaceAll(fmt.Sprintf(entry+","+entry, 1, "sk-ant-1", 2, "a\nb"), `"NAME"`, printabletest.JSON())
	if err := os.WriteFile(source, []byte(`{"version":1,"accounts":[`+entries+`]}`), 0o600); err != nil {
		t.Fatal(err)
	}
	ids := []string{hostileID(0), hostileID(1)}
	for _, args := range [][]string{
		{"accounts", "list"},
		{"accounts", "show", ids[0]},
		{"accounts", "show", ids[1]},
		{"accounts", "show", printabletest.Text},
		{"accounts", "show", "no" + printabletest.Text},
		{"status"},
		{"why"},
		{"why", printabletest.Text},
		{"why", "no" + printabletest.Text},
		{"doctor", "--offline"},
		{"accounts", "rename", ids[0], printabletest.Text},
		{"accounts", "disable", ids[0]},
		{"accounts", "enable", ids[0]},
		{"accounts", "refresh", ids[0]},
		{"accounts", "refresh", ids[1]},
		{"accounts", "reset", ids[0]},
		{"accounts", "adopt", ids[1]},
		{"accounts", "pin", ids[0]},
		{"accounts", "pin", "--clear"},
		{"import", source, "--dry-run"},
		{"import", source},
		{"import", printabletest.Name},
		{"export", "--provider", printabletest.Text},
		{"export", "--provider", "anthropic", "--output", filepath.Join(t.TempDir(), printabletest.Name, "x")},
		{"login", printabletest.Text},
		{"accounts", "add", printabletest.Text},
		{"config", "get", printabletest.Text},
		{"config", "set", printabletest.Text, "1"},
		{"config", "set", "on_event", printabletest.Text},
		{"config", "show"},
		{"config", "path"},
		{"config", "check"},
		{"config", "schema"},
		{"encrypt"},
		{"decrypt"},
		{"--" + printabletest.Text},
		{printabletest.Text},
		{"__complete", "accounts", "show", ""},
		{"accounts", "remove", ids[1], "--yes"},
	} {
		_, stdout, stderr := command(t, args...)
		printabletest.Check(t, fmt.Sprintf("%q", args), stdout+stderr)
	}
	for _, args := range [][]string{{"accounts", "list", "--json"}, {"status", "--json"}, {"why", "--json"}, {"import", source, "--json"}, {"doctor", "--offline", "--json"}} {
		_, stdout, stderr := command(t, args...)
		printabletest.Check(t, fmt.Sprintf("%q", args), stdout+stderr)
		var told any
		if err := json.Unmarshal([]byte(stdout), &told); err != nil {
			t.Fatalf("%q: %v\n%s", args, err, stdout)
		}
		if args[0] != "doctor" && !holds(told, printabletest.Text) {
			t.Errorf("%q does not hold the text as it is:\n%s", args, stdout)
		}
	}
}

// holds looks for a text anywhere in a value of JSON.
func holds(value any, text string) bool {
	switch v := value.(type) {
	case string:
		return v == text
	case []any:
		return slices.ContainsFunc(v, func(one any) bool { return holds(one, text) })
	case map[string]any:
		for _, one := range v {
			if holds(one, text) {
				return true
			}
		}
	}
	return false
}

func hostileID(i int) string { return fmt.Sprintf("019abcde-0000-7000-8000-00000000000%d", i) }

// fillHostile stores accounts that have hostile text wherever they have text,
// one after the other in the states that show it, and decisions about them.
func fillHostile(ctx context.Context, dir string) error {
	store, err := persistence.OpenFiles(dir)
	if err != nil {
		return err
	}
	now := time.Now()
	for i := range 4 {
		r := account.Record{
			ID: hostileID(i), Provider: "anthropic", Subject: fmt.Sprint(i), Email: printabletest.Text, Label: printabletest.Text, Plan: printabletest.Text,
			Kind: account.OAuth, Lineage: account.Owned, Enabled: true, Weight: 1, Generation: 1,
			Credentials: account.Credentials{AccessToken: account.NewSecret(fmt.Sprint("at", i)), ExpiresAt: now.Add(time.Hour)},
			Usage:       []account.UsageWindow{{Name: printabletest.Text, Utilization: 50, SeenAt: now, ResetAt: now.Add(time.Hour)}},
		}
		limit := account.Limit{Scope: account.ScopeModel, Model: printabletest.Text, Source: account.FromBody, Reason: printabletest.Text, SeenAt: now, Until: now.Add(time.Hour), Paid: i == 2}
		switch i {
		case 0:
			r.Limits = []account.Limit{limit}
		case 1:
			r.Lineage, r.Origin = account.Linked, &account.Origin{Format: account.FromCodex, Path: filepath.Join(dir, printabletest.Name), Key: printabletest.Text}
		case 2:
			limit.Scope, limit.Model = account.ScopeAccount, ""
			r.Limits = []account.Limit{limit}
		case 3:
			r.Fault = &account.Fault{Kind: account.FaultReauth, Reason: printabletest.Text, At: now, Disabled: true}
		}
		if err := store.Create(ctx, r); err != nil {
			return errors.Join(err, store.Close())
		}
	}
	return errors.Join(store.Close(), decideHostile(ctx, dir))
}

// decideHostile makes a request for a model of a hostile name, which no account serves.
func decideHostile(ctx context.Context, dir string) error {
	user, err := settings.Load(filepath.Join(dir, settings.FileName))
	if err != nil {
		return err
	}
	user.MaxWait = 0
	eng, err := multiaccount.Open(ctx, multiaccount.Config{Dir: dir, Settings: user, Providers: configured.All(user)})
	if err != nil {
		return err
	}
	pool, err := eng.Pool("anthropic")
	if err != nil {
		return errors.Join(err, eng.Close(ctx))
	}
	lease, err := pool.Acquire(ctx, multiaccount.Request{Affinity: printabletest.Text, Model: printabletest.Text})
	if err == nil {
		lease.Done(multiaccount.Outcome{Status: http.StatusOK})
	}
	return errors.Join(err, eng.Close(ctx))
}
