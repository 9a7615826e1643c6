package settings

import (
	"errors"
	"testing"
)

// What the loader accepts is valid; what it refuses has a place and a reason.
func FuzzParse(f *testing.F) {
	for _, seed := range []string{
		"", "{}", "{", "[[[[", "\ufeff{} // end", `{"a":{"b":[1]}}`, `{"debug":true,"debug":1,}`, `{"\u0064ebug":true}`,
		`{"max_wait_ms":-1e9,"max_attempts":00}`, `{"account_selection_strategy":"sticky"`,
		`{"providers":{"openai":{"base_url":"http://[::1]:1/","client_id":"x","soft_quota_threshold_percent":5}}}`,
		`{"store":{"kind":"etcd","endpoints":["https://a:1"],"prefix":"/p","user":"u","password_file":"/f","tls":{"ca":"/c","certificate":"/d","key":"/k"}}}`,
		`{"store":{"endpoints":["http://u@[::1]%2f?q"],"tls":[]},"store":{"kind":"files"}}`,
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		s, _, err := parse("x", data)
		if err == nil {
			if err := s.Validate(); err != nil {
				t.Errorf("accepted, but not valid: %v", err)
			}
			return
		}
		refused, ok := errors.AsType[*Error](err)
		if !ok || len(refused.Problems) == 0 {
			t.Fatalf("refused without a problem: %v", err)
		}
		for _, p := range refused.Problems {
			if p.Line < 1 || p.Column < 1 || p.Message == "" {
				t.Errorf("a problem without place or reason: %+v", p)
			}
		}
	})
}
