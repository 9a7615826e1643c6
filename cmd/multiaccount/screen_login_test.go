package main

import (
	"net/http"
	"strings"
	"testing"

	"github.com/charmbracelet/x/vt"

	"github.com/seed-810f1486/multiaccount/persistence"
	"github.com/seed-810f1486/multiaccount/providers/providertest"
)

// otherProcess is the folder as another process has it open.
func otherProcess(t *testing.T, dir string) *persistence.FileStore {
	t.Helper()
	store, err := persistence.OpenFiles(dir)
	if err != nil {
		t.Fatal(err)
	}
	return store
}

// Link is an address that can be clicked on the screen, empty without one.
func (d *desk) Link() string {
	address := ""
	d.Draw(func(screen *vt.Emulator) {
		for y := range screen.Height() {
			for x := range screen.Width() {
				if c := screen.CellAt(x, y); c != nil && c.Link.URL != "" {
					address = c.Link.URL
				}
			}
		}
	})
	return address
}

func (d *desk) owner(f providertest.Flavour) *providertest.AccountHandle {
	return d.srv.AddAccount(providertest.Account{Flavour: f, Email: "carol@example.com"})
}

func TestScreenAddsAnAPIKey(t *testing.T) {
	d := sit(t, 80, 24)
	key := d.owner(providertest.Anthropic).APIKey()
	d.press("a")
	d.shows("add-80", "Add an account of which provider?")
	d.press(enter)
	d.shows("way-80", "How do you log in to anthropic?")
	d.press(down + down + enter)
	d.sees("API key for anthropic")
	d.press("no key" + enter)
	d.sees("that is no API key")
	d.press("\x15" + key + enter + "build" + enter) // nothing that is typed ahead gets lost
	screen := d.sees("logged in to anthropic as build")
	if strings.Contains(screen, key) {
		t.Errorf("the key shows:\n%s", screen)
	}
	d.sees("● build")
	if r, ok := d.stored("anthropic", "build"); !ok || r.Credentials.APIKey.Reveal() != key {
		t.Error("the key is not on disk")
	}
}

func TestScreenLogsInByBrowser(t *testing.T) {
	d := sit(t, 80, 24, "BROWSER_DOES=log-in")
	d.owner(providertest.Anthropic)
	d.press("a" + enter + enter)
	d.sees("logged in to anthropic as carol@example.com")
	if _, ok := d.stored("anthropic", "carol@example.com"); !ok {
		t.Error("the account is not on disk")
	}
}

func TestScreenShowsTheAddressWhereNoBrowserOpens(t *testing.T) {
	d := sit(t, 80, 24, "BROWSER_DOES=fail")
	d.owner(providertest.Anthropic)
	d.press("a" + enter + enter)
	d.sees("No browser could be opened")
	followTo(t, d.Link())
	d.sees("logged in to anthropic as carol@example.com")
}

func TestScreenLogsInByDevice(t *testing.T) {
	d := sit(t, 80, 24)
	owner := d.owner(providertest.OpenAI)
	d.press("\t" + "a" + enter)
	d.sees("How do you log in to openai?")
	d.press(down + enter)
	code, err := d.srv.WaitDevice(d.context())
	if err != nil {
		t.Fatal(err)
	}
	d.sees(code)
	d.sees("Never type in a code that somebody else sent you.")
	owner.ApproveDevice(code)
	d.sees("logged in to openai as carol@example.com")
	d.sees("● carol@example.com")
	if _, ok := d.stored("openai", "carol@example.com"); !ok {
		t.Error("the account is not on disk")
	}
}

func TestScreenLogsInByPaste(t *testing.T) {
	d := sit(t, 80, 24)
	d.owner(providertest.OpenAI)
	d.press("\t" + "a" + enter)
	d.sees("How do you log in to openai?")
	d.press(down + down + enter)
	d.sees("paste its whole address")
	address := d.Link()
	d.press("nonsense?" + enter)
	d.sees("there is no code in that")
	d.press("\x1b[200~" + endOf(t, address) + "\x1b[201~")
	d.press(enter)
	d.sees("logged in to openai as carol@example.com")
	d.sees("● carol@example.com")
	if _, ok := d.stored("openai", "carol@example.com"); !ok {
		t.Error("the account is not on disk")
	}
}

// followTo plays the owner's browser, up to the command's own page.
func followTo(t *testing.T, address string) {
	t.Helper()
	client := &http.Client{Transport: &http.Transport{DisableKeepAlives: true}}
	resp, err := client.Get(address)
	if err != nil {
		t.Fatal(err)
	}
	_ = resp.Body.Close()
}

// A login that goes to another account than the selected one says so, and one
// that is given up leaves nothing.
func TestScreenLogsInAgain(t *testing.T) {
	d := sit(t, 80, 24)
	d.press("l" + enter)
	d.sees("waiting for the login")
	d.press(escape)
	d.sees("the login was given up")
	d.owner(providertest.Anthropic)
	d.press("l" + enter)
	d.sees("waiting for the login")
	followTo(t, d.Link())
	d.sees("logged in to anthropic as carol@example.com: another account than")
	if r, ok := d.stored("anthropic", "work"); !ok || r.Generation != 1 {
		t.Errorf("the selected account was changed: %+v", r.WithoutSecrets())
	}
}
