package main

import (
	"fmt"
	"strings"

	"github.com/seed-810f1486/multiaccount/persistence"
	"github.com/seed-810f1486/multiaccount/tui"
)

// sameLabels tells of accounts of one provider that have one name: commands that
// change something take none of them for it.
func sameLabels(all []entry) []finding {
	type name struct{ provider, label string }
	ids := map[name][]string{}
	var names []name
	for i := range all {
		n := name{all[i].Provider, all[i].Label}
		if n.label == "" {
			continue
		}
		if len(ids[n]) == 0 {
			names = append(names, n)
		}
		ids[n] = append(ids[n], all[i].ID)
	}
	var found []finding
	for _, n := range names {
		if same := ids[n]; len(same) > 1 {
			found = append(found, warning(n.provider,
				fmt.Sprintf("%d accounts are called %s: %s", len(same), tui.Clean(n.label), tui.Clean(strings.Join(same, ", "))),
				fmt.Sprintf("multiaccount accounts rename %s NAME", tui.Clean(same[len(same)-1]))))
		}
	}
	return found
}

// strayIntents tells of token exchanges whose process has ended.
func (o *session) strayIntents(provider string, labels map[string]string) []finding {
	files, ok := o.store.(*persistence.FileStore)
	if !ok {
		return nil
	}
	var found []finding
	for _, p := range o.providers {
		if provider != "" && p.Name() != provider {
			continue
		}
		stray, err := files.StrayIntents(p.Name())
		if err != nil {
			found = append(found, problem(p.Name(), err.Error(), fixOf(err, "")))
		}
		for _, intent := range stray {
			found = append(found, strayFinding(p.Name(), intent, labels[intent.ID]))
		}
	}
	return found
}

func strayFinding(provider string, i persistence.StrayIntent, label string) finding {
	if !i.Pending {
		return warning(provider, "a note of a token exchange is left over: "+tui.Clean(i.Path), "delete that file")
	}
	return warning(provider, fmt.Sprintf("process %d was cut off %s while it renewed the login of %s: it is used until its token ends, and may be lost then",
		i.Process, moment(i.At), label), "multiaccount accounts refresh "+tui.Clean(i.ID)+" shows whether it still works")
}
