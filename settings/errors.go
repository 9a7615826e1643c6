package settings

import (
	"fmt"
	"strings"

	"github.com/seed-810f1486/multiaccount/internal/printable"
)

// Error is returned when settings cannot be used. It lists everything that is
// wrong.
type Error struct {
	// Path is the file; empty for settings that were made in code.
	Path string
	// Problems has at least one entry, in the order of the file.
	Problems []Problem
}

// Problem is one thing that is wrong.
type Problem struct {
	// Line and Column count from 1, columns in bytes. Both are 0 for settings that
	// were made in code.
	Line   int `json:"line,omitempty"`
	Column int `json:"column,omitempty"`
	// Key is the setting's full name ("providers.openai.max_wait_ms"); empty for a
	// problem of the whole file.
	Key string `json:"key,omitempty"`
	// Variable is the environment variable that is wrong. Then Line, Column and
	// Key are zero.
	Variable string `json:"variable,omitempty"`
	// Message says what is wrong and what is allowed.
	Message string `json:"message"`
}

// Error lists the problems, one on each line, as "path:line:column: key:
// message".
func (e *Error) Error() string {
	lines := make([]string, len(e.Problems))
	for i, p := range e.Problems {
		lines[i] = e.line(p)
	}
	return "the settings cannot be used:\n" + strings.Join(lines, "\n")
}

func (e *Error) line(p Problem) string {
	var b strings.Builder
	if p.Line > 0 {
		fmt.Fprintf(&b, "%s:%d:%d: ", e.Path, p.Line, p.Column)
	}
	if name := p.Key + p.Variable; name != "" {
		b.WriteString(name + ": ")
	}
	b.WriteString(p.Message)
	return printable.Text(b.String())
}

// asError returns nil when nothing was found.
func asError(path string, found []Problem) error {
	if len(found) == 0 {
		return nil
	}
	return &Error{Path: path, Problems: found}
}
