package main

import (
	"strings"
	"testing"
	"time"

	"github.com/seed-810f1486/multiaccount/internal/shown"
	"github.com/seed-810f1486/multiaccount/persistence"
)

func TestDoctorTellsOfOneNameForTwo(t *testing.T) {
	var all []entry
	for _, a := range []shown.Account{
		{Provider: "p", ID: "1", Label: "work"},
		{Provider: "p", ID: "2", Label: "home"},
		{Provider: "p", ID: "3", Label: "work"},
		{Provider: "q", ID: "4", Label: "home"},
		{Provider: "q", ID: "5"},
		{Provider: "q", ID: "6"},
	} {
		all = append(all, entry{Account: a})
	}
	found := sameLabels(all)
	if len(found) != 1 || found[0].Level != levelWarning || !strings.Contains(found[0].Message, "2 accounts are called work: 1, 3") ||
		found[0].Fix != "multiaccount accounts rename 3 NAME" {
		t.Errorf("%+v", found)
	}
}

func TestDoctorTellsOfAnExchangeThatWasCutOff(t *testing.T) {
	f := strayFinding("p", persistence.StrayIntent{ID: "1", At: time.Now().Add(-time.Hour), Process: 7, Pending: true}, "work")
	if f.Level != levelWarning || !strings.Contains(f.Message, "process 7 was cut off") || !strings.Contains(f.Message, "login of work") ||
		!strings.Contains(f.Fix, "accounts refresh 1") {
		t.Errorf("%+v", f)
	}
}
