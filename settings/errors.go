package settings

import (
	"fmt"
	"strings"

	"github.com/seed-810f1486/multiaccount/internal/printable"
)

// Error is returned when settings cannot be used. It lists everything that is
// wrong, so that one look at the file is enough.
type Error struct {
	// Path is the file; empty for settings that were put together in code.
	Path string
	// Problems are in the order of the file, at least one.
	Problems []Problem
}

// Problem is one thing that is wrong.
type Problem struct {
	// Line and Column count from 1, columns in bytes; both are 0 for settings
	// that were put together in code.
	Line   int `json:"line,omitempty"`
	Column int `json:"column,omitempty"`
	// Key is the setting's full name ("providers.openai.max_wait_ms"), empty
	// for what concerns the file as a whole.
	Key string `json:"key,omitempty"`
	// Variable is the environment variable that is wrong, which no file is
	// then; Line, Column and Key are zero.
	Variable string `json:"variable,omitempty"`
	// Message says what is wrong and what is allowed.
	Message string `json:"message"`
}

// Error lists the problems, one a line, each in the form
// "path:line:column: key: message".
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
