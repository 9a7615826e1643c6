// Package usage records what requests through the gateway used: tokens, times and
// statuses, by client, account and model, and nothing of what was asked or
// answered. The figures are in a SQLite file, which is kept for 90 days of them.
//
// An answer's figures are read as it passes (reader.go), a record goes to the one
// goroutine that writes (log.go), and a report sums up what is in the file
// (report.go). Figures are the first thing to be given up: a full disk or a slow one
// costs records, and holds up no request.
package usage
