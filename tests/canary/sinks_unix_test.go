//go:build unix

package canary_test

import (
	"reflect"
	"slices"
	"strings"
	"testing"
)

// sinks are all places in which a gateway and the commands around it say or leave
// something. A life fills each of them; one that stays empty fails the test. What is
// new has to be put among them: a flag of serve that is not in [flagSinks] fails, and
// so does a path of the admin interface that is not asked. Every file of the state
// directory is looked through.
type sinks struct {
	// Of serve: what it prints, its log, and the events that it prints.
	Hello, Log, PrintedEvents string
	AccessLog, Metrics        string
	Profiles, Traces          string
	// Answers are those that clients get, Usage is the file of records as it is on the
	// disk, HandOver what a successor is told.
	Answers, Usage, HandOver string
	// Admin is each answer of the admin interface, AdminEvents its stream.
	Admin, AdminEvents string
	// Page are the dashboard's page and its scripts, PageAnswers what they ask for.
	Page, PageAnswers string
	// Run and Setup are what these commands print.
	Run, Setup string
	// Arguments are those of serve and of all programs that it and run start,
	// HookInput and HookEnvironment are what the program of on_event gets, and
	// AgentEnvironment what an agent gets.
	Arguments, HookInput, HookEnvironment, AgentEnvironment string
	// Files are those of the state directory, but for the accounts.
	Files string
}

// flagSinks has each flag of serve, with the sink that it opens; empty when it has
// nothing said.
func flagSinks() map[string]string {
	return map[string]string{
		"access-log": "AccessLog", "events": "PrintedEvents", "handshake": "Hello", "metrics-listen": "Metrics", "pprof": "Profiles", "replace": "HandOver",
		"client": "Hello", "unix": "Answers", "listen": "Answers",
		"drain-timeout": "", "help": "", "hosts": "", "idle-exit": "", "insecure-listen": "", "max-body": "", "no-websockets": "", "parent-pid": "", "stdin-exit": "", "tls-cert": "", "tls-key": "", "while-used": "",
	}
}

// secret is one that is looked for everywhere but in the sinks that are made to tell
// it.
type secret struct {
	name, text string
	told       []string
}

// check looks for secrets in each sink.
func (s *sinks) check(t *testing.T, secrets []secret) {
	t.Helper()
	all := reflect.ValueOf(*s)
	for i := range all.NumField() {
		name, text := all.Type().Field(i).Name, all.Field(i).String()
		if text == "" {
			t.Errorf("nothing was ever in %s: the life is not as full as it was meant to be", name)
		}
		for _, each := range secrets {
			if at := strings.Index(text, each.text); at >= 0 && !slices.Contains(each.told, name) {
				t.Errorf("%s tells %s: … %.200q …", name, each.name, text[max(0, at-100):])
			}
		}
	}
}

// Each flag opens a sink that there is.
func TestFlagsOpenSinks(t *testing.T) {
	for flag, sink := range flagSinks() {
		if _, ok := reflect.TypeFor[sinks]().FieldByName(sink); sink != "" && !ok {
			t.Errorf("--%s opens %s, which is no sink", flag, sink)
		}
	}
}
