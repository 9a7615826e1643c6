// Package demoview shows a run of package demo: [Watch] while it is under way,
// on a terminal, and [Report] when it has ended.
package demoview
