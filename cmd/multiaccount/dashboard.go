package main

import (
	"context"
	"errors"
	"fmt"
	"html"
	"net"
	"net/url"
	"path/filepath"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/seed-810f1486/multiaccount/gateway/dashboard"
	"github.com/seed-810f1486/multiaccount/persistence"
)

const dashboardHelp = `Open the dashboard of the "multiaccount serve" that runs, in the browser.

It prints a link that logs one browser in, once, within five minutes. Whoever has
the link before you do has your accounts: do not pass it on. The login lasts for
12 hours, or until serve ends.`

func newDashboard(s streams) *cobra.Command {
	closed := false
	c := &cobra.Command{
		Use: "dashboard", Short: "Open the dashboard of serve in the browser", Long: dashboardHelp, Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error { return openDashboard(c.Context(), s, !closed) },
	}
	c.Flags().BoolVar(&closed, "no-open", false, "print the link, and open no browser")
	return c
}

func openDashboard(ctx context.Context, s streams, open bool) error {
	dir, err := s.folder()
	if err != nil {
		return err
	}
	link, err := dashboard.NewLink(ctx, filepath.Join(dir, dashboard.FileName))
	if err == nil {
		err = reach(ctx, link)
	}
	if errors.Is(err, dashboard.ErrNotServed) {
		return fmt.Errorf("nothing serves %s; start \"multiaccount serve\", and call this again", dir)
	}
	if err != nil {
		return err
	}
	if err := write(s, link+"\n"); err != nil || !open {
		return err
	}
	if err := openLink(filepath.Join(dir, openerName), link); err != nil {
		newOwner(s).say("No browser could be opened: go to that address yourself, on this machine.")
	}
	return nil
}

// openerName is the file that leads a browser to the dashboard.
const openerName = "dashboard.html"

// opener is a page that leads to a link.
const opener = `<!doctype html>
<html lang="en"><meta charset="utf-8"><meta name="referrer" content="no-referrer"><title>multiaccount</title>
<meta http-equiv="refresh" content="0; url=%[1]s">
<p><a href="%[1]s">The dashboard</a></p></html>
`

// openLink opens a link by a file of the owner's alone: the arguments of a browser are
// there for everybody on the machine to read.
func openLink(file, link string) error {
	if err := persistence.WriteFile(file, fmt.Appendf(nil, opener, html.EscapeString(link)), true); err != nil {
		return err
	}
	path := "/" + strings.TrimPrefix(filepath.ToSlash(file), "/")
	return openBrowser((&url.URL{Scheme: "file", Path: path}).String())
}

// reachTime is how long the gateway may take to accept a connection.
const reachTime = 2 * time.Second

// reach returns an error when nothing listens where a link leads: the gateway was
// killed.
func reach(ctx context.Context, link string) error {
	u, err := url.Parse(link)
	if err != nil {
		return err
	}
	conn, err := (&net.Dialer{Timeout: reachTime}).DialContext(ctx, "tcp", u.Host)
	if err != nil {
		return dashboard.ErrNotServed
	}
	return conn.Close()
}
