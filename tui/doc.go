// Package tui holds what terminal screens share: colours, columns, bars. The
// engine does not need it. Its functions return text with ANSI styles, of which
// [Print] leaves out those that the terminal cannot show.
//
// Hosts may use [Terminal], [Option], [NoTerminalError], [ErrDismissed], [Label]
// and [Wait]. The rest is for the command, and may change with any version; see
// docs/versioning.md.
package tui
