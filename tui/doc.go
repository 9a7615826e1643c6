// Package tui holds what terminal screens share: colours, columns, bars. The
// engine does not need it. Its functions return text with ANSI styles; a
// writer made with [Writer] leaves out those that the terminal cannot show.
package tui
