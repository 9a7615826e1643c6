package tui

import (
	"github.com/seed-810f1486/multiaccount"
	"github.com/seed-810f1486/multiaccount/account"
)

// Label returns what to call an account: its label, else its e-mail, else
// "Account (xxxxxxxx)", fit to be printed (see [Clean]), which a file that cannot be read leaves alone.
func Label(a *multiaccount.AccountStatus) string {
	r := account.Record{ID: a.ID, Label: a.Label, Email: a.Email}
	return Clean(r.DisplayLabel())
}
