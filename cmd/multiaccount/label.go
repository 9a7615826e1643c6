package main

import "github.com/seed-810f1486/multiaccount/account"

// labelFlag is what to call an account, as a flag or an argument gives it.
type labelFlag string

// Set implements [pflag.Value].
func (l *labelFlag) Set(text string) error {
	label, err := account.ParseLabel(text)
	*l = labelFlag(label)
	return err
}

// String implements [pflag.Value].
func (l *labelFlag) String() string { return string(*l) }

// Type implements [pflag.Value].
func (l *labelFlag) Type() string { return "string" }
