package persistence

import (
	"encoding/json"
	"errors"
	"reflect"
	"testing"
)

// FuzzDecodeAccount feeds the decoder what a disk may hold. Whatever it
// accepts must come back unchanged from being stored again, with every member
// that it does not know.
func FuzzDecodeAccount(f *testing.F) {
	f.Add([]byte(wholeAccount))
	f.Fuzz(func(t *testing.T, data []byte) {
		first, err := decodeAccount(keyA, data)
		if err != nil {
			if !errors.Is(err, ErrCorrupt) && !errors.Is(err, ErrNewerVersion) {
				t.Errorf("the error %v is neither ErrCorrupt nor ErrNewerVersion", err)
			}
			return
		}
		stored, err := encodeAccount(&first)
		if err != nil {
			t.Fatalf("what was read cannot be stored: %v", err)
		}
		second, err := decodeAccount(keyA, stored)
		if err != nil {
			t.Fatalf("what was stored cannot be read: %v\n%s", err, stored)
		}
		if !reflect.DeepEqual(first, second) {
			t.Errorf("read   %+v\nstored %s\nread   %+v", first, stored, second)
		}
		checkMembersKept(t, data, stored)
	})
}

func checkMembersKept(t *testing.T, data, stored []byte) {
	t.Helper()
	var before, after map[string]json.RawMessage
	if err := errors.Join(json.Unmarshal(data, &before), json.Unmarshal(stored, &after)); err != nil {
		t.Fatal(err)
	}
	known := reflect.TypeFor[accountWire]()
	for name := range before {
		if _, kept := after[name]; !kept && fieldFrom(known, 0, []byte(name)) < 0 {
			t.Errorf("the member %q is lost", name)
		}
	}
}

// FuzzLooksOwn holds the quick way to decode against the thorough one.
func FuzzLooksOwn(f *testing.F) {
	f.Add([]byte(wholeAccount))
	f.Add([]byte(`{"version":1,"id":"a\"}","provider":"\\","credentials":{"x":1}}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		var quick, thorough accountWire
		if !looksOwn(data, reflect.TypeFor[accountWire]()) || json.Unmarshal(data, &quick) != nil {
			return
		}
		unknown, err := splitMembers(data, reflect.ValueOf(&thorough).Elem())
		if err != nil || len(unknown) > 0 || !reflect.DeepEqual(quick, thorough) {
			t.Errorf("%s\nquick    %+v\nthorough %+v, unknown %v, %v", data, quick, thorough, unknown, err)
		}
	})
}

// FuzzDecodeIntent checks that an intent comes back as it was written, and that
// one which cannot be read is about the token that is stored.
func FuzzDecodeIntent(f *testing.F) {
	f.Add([]byte(`{"version":1,"refresh_token_sha256":"t","at":"2026-01-02T03:04:05Z","process":7,"sent_at":"2026-01-02T03:04:06Z","again":true,"instance":"i"}`))
	f.Add([]byte(`{"version":1,"refresh_token_sha256":"t","ended":true}   `))
	f.Add([]byte(`{"at":"0000-00-00T00:00:00Z"}`))
	f.Add([]byte(`half of `))
	f.Fuzz(func(t *testing.T, data []byte) {
		wire := decodeIntent(data, "stored")
		if json.Unmarshal(data, new(intentWire)) != nil {
			if wire != (intentWire{Version: formatVersion, Token: "stored"}) {
				t.Errorf("%q is read as %+v", data, wire)
			}
			return
		}
		told := wire.intent()
		written := intentToWire(told)
		again, err := json.Marshal(&written)
		if err != nil {
			return // a year that JSON has no form for was never written by this
		}
		rewritten := decodeIntent(again, "stored")
		if back := rewritten.intent(); !back.At.Equal(told.At) || !back.SentAt.Equal(told.SentAt) ||
			back.Token != told.Token || back.Process != told.Process || back.Again != told.Again || back.Ended != told.Ended {
			t.Errorf("%+v came back as %+v", told, back)
		}
	})
}
