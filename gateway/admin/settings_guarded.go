package admin

import (
	"fmt"
	"net/http"
	"reflect"
	"slices"
	"strings"

	"github.com/seed-810f1486/multiaccount/settings"
)

// mayChange refuses a change of what names a program to run, a file or a server:
// with it, whoever has the admin token could get at the logins. Of a file that is wrong
// nothing is in effect, and the settings from before hold: what those have may stay.
func (a *Admin) mayChange(path string, before, after []byte) error {
	was, err := settings.Parse(path, before)
	if err != nil {
		was = a.config.Engine.Settings()
	}
	wanted, err := settings.Parse(path, after)
	if err != nil {
		return err
	}
	for _, key := range settings.Changed(was, wanted) {
		if isGuarded(key) {
			return guarded(key)
		}
	}
	if !reflect.DeepEqual(was.Store, wanted.Store) {
		return guarded("store")
	}
	return nil
}

func guarded(key string) error {
	return &problem{Status: http.StatusForbidden, Code: "guarded_setting", Detail: fmt.Sprintf("%s names a program, a file or a server, and is not changed here: with it, whoever has the admin token could get at the logins. Change it on the gateway's machine, with \"multiaccount config edit\"", key)}
}

// isGuarded reports whether a setting is changed on the machine alone.
func isGuarded(key string) bool {
	name := key[strings.LastIndexByte(key, '.')+1:]
	for _, k := range settings.Keys() {
		if k.Name == name {
			return k.ProviderOnly || name == "on_event"
		}
	}
	return !slices.Contains([]string{"chains", "prices", "currency"}, name)
}
