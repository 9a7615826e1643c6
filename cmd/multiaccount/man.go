package main

import (
	"bytes"
	"fmt"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/cobra/doc"

	"github.com/seed-810f1486/multiaccount/persistence"
	"github.com/seed-810f1486/multiaccount/tui"
)

const manHelp = `Write the manual pages of all commands into FOLDER, which must be there, as
multiaccount.1, multiaccount-status.1 and so on. Packages bring them already.`

func newMan(s streams) *cobra.Command {
	return &cobra.Command{
		Use: "man FOLDER", Short: "Write the manual pages", Long: manHelp, Args: cobra.ExactArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			n, err := writeMan(c.Root(), args[0])
			if err != nil {
				return err
			}
			return write(s, tui.Count(n, "page is", "pages are")+" in "+tui.Clean(args[0])+"\n")
		},
	}
}

// writeMan writes the page of c and of all commands below it, but hidden ones.
func writeMan(c *cobra.Command, folder string) (pages int, err error) {
	var page bytes.Buffer
	b := thisBuild()
	header := &doc.GenManHeader{Section: "1", Manual: "multiaccount", Source: "multiaccount " + b.Version, Date: &b.at}
	c.DisableAutoGenTag = true
	if err := doc.GenMan(c, header, &page); err != nil {
		return 0, err
	}
	name := strings.ReplaceAll(c.CommandPath(), " ", "-") + ".1"
	if err := persistence.WriteFile(filepath.Join(folder, name), page.Bytes(), true); err != nil {
		return 0, fmt.Errorf("writing the page of %s: %w", c.CommandPath(), err)
	}
	pages = 1
	for _, below := range c.Commands() {
		if !below.IsAvailableCommand() || below.Name() == "help" {
			continue
		}
		n, err := writeMan(below, folder)
		if err != nil {
			return pages, err
		}
		pages += n
	}
	return pages, nil
}
