package jwt_test

import (
	"encoding/base64"
	"strings"
	"testing"
	"time"

	"github.com/seed-810f1486/multiaccount/providers/internal/jwt"
)

type claims struct {
	Sub   string `json:"sub"`
	Email string `json:"email"`
	Deep  struct {
		Plan string `json:"plan"`
	} `json:"https://example.com/deep"`
}

func token(payload string) string {
	return "e30." + base64.RawURLEncoding.EncodeToString([]byte(payload)) + ".sig"
}

func TestClaims(t *testing.T) {
	padded := "e30." + base64.URLEncoding.EncodeToString([]byte(`{"sub":"u"}`)) + ".sig"
	for name, c := range map[string]struct {
		token string
		want  claims
	}{
		"all": {token(`{"sub":"u","email":"a@b.c","https://example.com/deep":{"plan":"pro"}}`), claims{Sub: "u", Email: "a@b.c", Deep: struct {
			Plan string `json:"plan"`
		}{"pro"}}},
		"padded":        {padded, claims{Sub: "u"}},
		"another type":  {token(`{"sub":5,"email":"a@b.c","https://example.com/deep":"x"}`), claims{Email: "a@b.c"}},
		"null":          {token(`null`), claims{}},
		"array":         {token(`[1]`), claims{}},
		"not JSON":      {token(`{"sub":`), claims{}},
		"deep nesting":  {token(strings.Repeat("[", 20000)), claims{}},
		"not base64":    {"e30.***.sig", claims{}},
		"opaque":        {"sk-ant-oat01-abc", claims{}},
		"two parts":     {"e30.e30", claims{}},
		"five parts":    {"a.b.c.d.e", claims{}},
		"only dots":     {"..", claims{}},
		"empty":         {"", claims{}},
		"far too large": {token(`{"sub":"u","pad":"` + strings.Repeat("x", 70<<10) + `"}`), claims{}},
	} {
		t.Run(name, func(t *testing.T) {
			var got claims
			jwt.Claims(c.token, &got)
			if got != c.want {
				t.Errorf("got %+v, want %+v", got, c.want)
			}
		})
	}
}

func FuzzClaims(f *testing.F) {
	f.Add(token(`{"sub":"u"}`))
	f.Add("..")
	f.Fuzz(func(t *testing.T, text string) {
		var got claims
		jwt.Claims(text, &got)
		if got != (claims{}) && strings.Count(text, ".") != 2 {
			t.Errorf("read %+v from %q, which is no token", got, text)
		}
	})
}

func TestLifetime(t *testing.T) {
	encode := func(claims string) string {
		return "e30." + base64.RawURLEncoding.EncodeToString([]byte(claims)) + ".c2ln"
	}
	for claims, want := range map[string][2]int64{
		`{"iat":1000,"exp":2000}`:       {1000, 2000},
		`{"iat":1000.9,"exp":2.5e3}`:    {1000, 2500},
		`{"exp":"2000"}`:                {0, 2000},
		`{"iat":null,"exp":{}}`:         {0, 0},
		`{"iat":-1,"exp":1e300}`:        {0, 0},
		`{"exp":0}`:                     {0, 0},
		`{"iat":"soon","exp":[2000,1]}`: {0, 0},
		`no claims`:                     {0, 0},
	} {
		issued, ends := jwt.Lifetime(encode(claims))
		for i, got := range []time.Time{issued, ends} {
			if got.IsZero() != (want[i] == 0) || (!got.IsZero() && got.Unix() != want[i]) {
				t.Errorf("%s: %v and %v, want %v", claims, issued, ends, want)
			}
		}
	}
}
