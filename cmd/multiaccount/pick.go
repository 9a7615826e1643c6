package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
	"text/template"

	"github.com/itchyny/gojq"
	"github.com/spf13/cobra"

	"github.com/seed-810f1486/multiaccount/internal/printable"
)

// picker prints a part of what --json prints. Without an expression it prints all.
type picker struct {
	jq     *gojq.Code
	format *template.Template
}

// addPicks gives each command with --json the flags that choose from it.
func addPicks(c *cobra.Command, p *picker) {
	if c.Flags().Lookup("json") != nil {
		c.Flags().Func("jq", "print what this jq expression makes of the JSON", func(text string) error { return p.setJQ(c, text) })
		c.Flags().Func("format", "print the JSON by this Go template, a list's entries one by one", func(text string) error { return p.setFormat(c, text) })
	}
	for _, below := range c.Commands() {
		addPicks(below, p)
	}
}

// errTwoPicks is for a call with both.
var errTwoPicks = errors.New("--jq and --format exclude each other")

func (p *picker) setJQ(c *cobra.Command, text string) error {
	if p.format != nil {
		return errTwoPicks
	}
	query, err := gojq.Parse(text)
	if err != nil {
		return err
	}
	if p.jq, err = gojq.Compile(query); err != nil {
		return err
	}
	return c.Flags().Set("json", "true")
}

func (p *picker) setFormat(c *cobra.Command, text string) (err error) {
	if p.jq != nil {
		return errTwoPicks
	}
	p.format, err = template.New("--format").Funcs(template.FuncMap{"json": asJSONText}).Parse(text)
	if err != nil {
		return err
	}
	return c.Flags().Set("json", "true")
}

// asJSONText writes a part of the value as JSON, within a template.
func asJSONText(value any) (string, error) {
	text, err := json.Marshal(value)
	return string(text), err
}

// picks reports whether a part is chosen. A nil picker chooses nothing.
func (p *picker) picks() bool { return p != nil && (p.jq != nil || p.format != nil) }

// write prints the part of text, which is JSON, that was chosen.
func (p *picker) write(to io.Writer, text []byte) error {
	if p.jq != nil {
		return p.writeJQ(to, text)
	}
	decoder := json.NewDecoder(bytes.NewReader(text))
	decoder.UseNumber() // a template writes 1e+06 for a great float
	var value any
	if err := decoder.Decode(&value); err != nil {
		return err
	}
	entries, ok := value.([]any)
	if !ok {
		entries = []any{value}
	}
	for _, e := range entries {
		var line strings.Builder
		if err := p.format.Execute(&line, e); err != nil {
			return &usageError{err}
		}
		if _, err := fmt.Fprintln(to, printable.Lines(strings.ReplaceAll(line.String(), "<no value>", ""))); err != nil {
			return err
		}
	}
	return nil
}

// writeJQ prints each result on a line: text as it is, the rest as JSON.
func (p *picker) writeJQ(to io.Writer, text []byte) error {
	var value any
	if err := json.Unmarshal(text, &value); err != nil {
		return err
	}
	results := p.jq.Run(value)
	for {
		result, more := results.Next()
		if !more {
			return nil
		}
		if halted, ok := result.(*gojq.HaltError); ok && halted.Value() == nil {
			return nil
		}
		if err, ok := result.(error); ok {
			return &usageError{errors.New("--jq: " + err.Error())}
		}
		line, err := lineOf(result)
		if err == nil {
			_, err = fmt.Fprintln(to, line)
		}
		if err != nil {
			return err
		}
	}
}

func lineOf(result any) (string, error) {
	if text, ok := result.(string); ok {
		return printable.Lines(text), nil
	}
	text, err := gojq.Marshal(result)
	return string(printable.JSON(text)), err
}
