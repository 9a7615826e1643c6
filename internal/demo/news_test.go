package demo

import (
	"strings"
	"testing"
	"time"

	"github.com/seed-810f1486/multiaccount"
	"github.com/seed-810f1486/multiaccount/account"
)

func TestEventsInWords(t *testing.T) {
	now := time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
	who := multiaccount.Occurrence{Provider: "openai", Label: "ada@example.com"}
	soon := now.Add(1500 * time.Millisecond)
	for want, event := range map[string]multiaccount.Event{
		"ada@example.com: limited for 2 s (5h)":                                       multiaccount.AccountCooled{Occurrence: who, Until: soon, Reason: "5h"},
		"ada@example.com: limited for 0 s (x)":                                        multiaccount.AccountCooled{Occurrence: who, Until: now.Add(-time.Hour), Reason: "x"},
		"ada@example.com: its owner has to log in again":                              multiaccount.LoginRejected{Occurrence: who},
		"ada@example.com: no new token, next try in 2 s":                              multiaccount.RefreshFailed{Occurrence: who, RetryAt: soon},
		"ada@example.com: not stored: disk full":                                      multiaccount.SaveFailed{Occurrence: who, Reason: "disk full"},
		"the file of an account cannot be read: no JSON":                              multiaccount.AccountQuarantined{Occurrence: who, Reason: "no JSON"},
		"7 events were too many to follow":                                            multiaccount.EventsDropped{Count: 7},
		"openai: several accounts share a limit for 2 s (5h)":                         multiaccount.PoolPaused{Occurrence: who, Until: soon, Reason: "5h"},
		"openai: all accounts serve again":                                            multiaccount.PoolResumed{Occurrence: who},
		"openai: in trouble (503), next try in 2 s":                                   multiaccount.CircuitOpened{Occurrence: who, Reason: "503", RetryAt: soon},
		"openai: answers again":                                                       multiaccount.CircuitClosed{Occurrence: who},
		"ada@example.com: took over a conversation (limited)":                         multiaccount.ConversationMoved{Occurrence: who, Reason: "limited"},
		"ada@example.com: a stream failed (" + account.ClassOverloaded.String() + ")": multiaccount.StreamFailed{Occurrence: who, Class: account.ClassOverloaded},
		"ada@example.com: a stream was cut":                                           multiaccount.StreamCut{Occurrence: who},
	} {
		if got, worth := newsOf(event, now); !worth || got.Text != want {
			t.Errorf("%T: %q, want %q", event, got.Text, want)
		}
	}
	if got, worth := newsOf(multiaccount.LoginRefreshed{Occurrence: who}, now); worth {
		t.Errorf("a refresh is news: %q", got.Text)
	}
	if got, worth := newsOf(multiaccount.UsageUpdated{Occurrence: who}, now); worth {
		t.Errorf("a figure is news: %q", got.Text)
	}
}

func TestOldNewsIsForgotten(t *testing.T) {
	m := &monitor{}
	for range 3 * newsKept {
		m.tell(News{Text: "old"})
	}
	m.tell(News{Text: "new"})
	news := m.now().News
	if len(news) != newsKept || !strings.HasPrefix(news[newsKept-1].Text, "new") {
		t.Errorf("%d pieces of news, the last %q", len(news), news[len(news)-1].Text)
	}
}
