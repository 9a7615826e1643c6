package exchange_test

import (
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/seed-810f1486/multiaccount/account"
	"github.com/seed-810f1486/multiaccount/providers"
	"github.com/seed-810f1486/multiaccount/providers/internal/exchange"
)

// brokenOff is a connection that ends with an error.
type brokenOff struct{ io.Reader }

func (b brokenOff) Read(p []byte) (int, error) {
	n, err := b.Reader.Read(p)
	if errors.Is(err, io.EOF) {
		err = errors.New("connection reset by peer")
	}
	return n, err
}

func (brokenOff) Close() error { return nil }

// over returns an endpoint whose answer is body, and then the error.
func over(body io.ReadCloser) exchange.Endpoint {
	return exchange.Endpoint{Provider: "test", URL: "http://test.example/token", Client: exchange.Client(&http.Client{
		Transport: roundTrip(func(*http.Request) (*http.Response, error) {
			return &http.Response{StatusCode: http.StatusOK, Header: http.Header{}, Body: body}, nil
		}),
	})}
}

// The refresh token was spent for what arrived: it is kept however the
// connection ended.
func TestGrantThatArrivedIsKept(t *testing.T) {
	const grant = `{"access_token":"at","refresh_token":"rt2"`
	for name, body := range map[string]string{
		"as it should be":    grant + `,"expires_in":3600}`,
		"a byte order mark":  "\xef\xbb\xbf" + grant + `}`,
		"white space before": "\r\n " + grant + `}`,
		"junk behind":        grant + `}` + "\x00\n<!-- served by 7 -->",
		"much junk behind":   grant + `}` + strings.Repeat("x", 2<<20),
		"a second object":    grant + `}{"access_token":"another"}`,
		"cut in a member":    grant + `,"id_token":"eyJ`,
		"cut in a number":    grant + `,"expires_in":36`,
		"cut at the end":     grant,
	} {
		for ending, e := range map[string]exchange.Endpoint{
			"a good end": over(io.NopCloser(strings.NewReader(body))), "a reset": over(brokenOff{strings.NewReader(body)}),
			"a wrong length": serve(t, func(w http.ResponseWriter, _ *http.Request) {
				w.Header().Set("Content-Length", fmt.Sprint(len(body)+7))
				_, _ = io.WriteString(w, body)
			}),
		} {
			got, err := refresh(t, e)
			if err != nil || got.AccessToken.Reveal() != "at" || got.RefreshToken.Reveal() != "rt2" {
				t.Errorf("%s, %s: %v", name, ending, err)
			}
			if life := time.Until(got.ExpiresAt); strings.HasPrefix(name, "cut") && !got.ExpiresAt.IsZero() {
				t.Errorf("%s, %s: a life of %v was made of a part of a number", name, ending, life)
			}
		}
	}
}

// So is the login that an authorization code was spent for.
func TestLoginThatArrivedIsKept(t *testing.T) {
	e := over(brokenOff{strings.NewReader("\xef\xbb\xbf" + `{"access_token":"at"}` + "junk")})
	grant, body, err := e.Login(t.Context(), exchange.CodeForm(providers.AuthorizationCode{}))
	if err != nil || grant.AccessToken.Reveal() != "at" || string(body) != `{"access_token":"at"}` {
		t.Errorf("%s, %v", body, err)
	}
}

// A refusal is one however the connection ended, too.
func TestRefusalThatArrivedCounts(t *testing.T) {
	_, err := refresh(t, over(brokenOff{strings.NewReader(`{"error":"invalid_grant"}`)}))
	var refused *providers.RefreshError
	if !errors.As(err, &refused) || !refused.Terminal || !refused.Refused() {
		t.Errorf("error %+v", err)
	}
}

// token is a JSON Web Token with those claims.
func token(claims string) string {
	encode := base64.RawURLEncoding.EncodeToString
	return encode([]byte(`{"alg":"none"}`)) + "." + encode([]byte(claims)) + ".c2ln"
}

// Where expires_in says nothing, the answer's other words and the token's own
// claims do, as far as they can be true.
func TestEndOfAToken(t *testing.T) {
	now := time.Now().Truncate(time.Second)
	at := func(d time.Duration) int64 { return now.Add(d).Unix() }
	jwt := func(format string, args ...any) string {
		return fmt.Sprintf(`"access_token":%q`, token(fmt.Sprintf(format, args...)))
	}
	opaque := `"access_token":"at"`
	for name, c := range map[string]struct {
		members string
		want    time.Duration
	}{
		"nothing is said":                  {opaque, 0},
		"expires_in counts first":          {jwt(`{"exp":%d}`, at(time.Hour)) + `,"expires_in":600`, 10 * time.Minute},
		"claims":                           {jwt(`{"exp":%d}`, at(time.Hour)), time.Hour},
		"claims, expires_in null":          {jwt(`{"exp":%d}`, at(time.Hour)) + `,"expires_in":null`, time.Hour},
		"claims, expires_in zero":          {jwt(`{"exp":%d}`, at(time.Hour)) + `,"expires_in":0`, time.Hour},
		"claims, expires_in negative":      {jwt(`{"exp":%d}`, at(time.Hour)) + `,"expires_in":-1`, time.Hour},
		"claims, expires_in a word":        {jwt(`{"exp":%d}`, at(time.Hour)) + `,"expires_in":"never"`, time.Hour},
		"claims with a fraction":           {jwt(`{"exp":%d.5}`, at(time.Hour)), time.Hour + time.Second/2},
		"claims with an exponent":          {jwt(`{"exp":%.12e}`, float64(at(time.Hour))), time.Hour},
		"claims as text":                   {jwt(`{"exp":"%d"}`, at(time.Hour)), time.Hour},
		"claims, the server's clock late":  {jwt(`{"iat":%d,"exp":%d}`, at(-3*time.Hour), at(-2*time.Hour)), time.Hour},
		"claims, the server's clock fast":  {jwt(`{"iat":%d,"exp":%d}`, at(2*time.Hour), at(3*time.Hour)), time.Hour},
		"claims of a token that was there": {jwt(`{"iat":%d,"exp":%d}`, at(-time.Hour), at(time.Hour)), time.Hour},
		"claims, ended, no beginning":      {jwt(`{"exp":%d}`, at(-time.Hour)), 0},
		"claims, the end first":            {jwt(`{"iat":%d,"exp":%d}`, at(-time.Hour), at(-2*time.Hour)), 0},
		"claims beyond belief":             {jwt(`{"exp":1e300}`), 0},
		"claims of another type":           {jwt(`{"exp":{},"iat":[]}`), 0},
		"no claims":                        {`"access_token":"a.b.c"`, 0},
		"expires_at in seconds":            {opaque + fmt.Sprintf(`,"expires_at":%d`, at(time.Hour)), time.Hour},
		"expires_at in milliseconds":       {opaque + fmt.Sprintf(`,"expires_at":%d`, at(time.Hour)*1000), time.Hour},
		"expires_at as text":               {opaque + fmt.Sprintf(`,"expires_at":"%d"`, at(time.Hour)), time.Hour},
		"expires_at as a date":             {opaque + fmt.Sprintf(`,"expires_at":%q`, now.Add(time.Hour).UTC().Format(time.RFC3339)), time.Hour},
		"expires_on":                       {opaque + fmt.Sprintf(`,"expires_on":"%d"`, at(time.Hour)), time.Hour},
		"expires_at that has passed":       {opaque + fmt.Sprintf(`,"expires_at":%d,"expires_on":%d`, at(-time.Hour), at(time.Hour)), time.Hour},
		"expires_at beyond belief":         {jwt(`{"exp":%d}`, at(time.Hour)) + `,"expires_at":99999999999999999999`, time.Hour},
		"expires_at as zero":               {opaque + `,"expires_at":0`, 0},
	} {
		grant, err := refresh(t, over(io.NopCloser(strings.NewReader(`{`+c.members+`}`))))
		if err != nil {
			t.Fatal(err)
		}
		life := time.Duration(0)
		if !grant.ExpiresAt.IsZero() {
			life = grant.ExpiresAt.Sub(now)
		}
		if d := life - c.want; d < -time.Second || d > 10*time.Second {
			t.Errorf("%s: a life of %v, want %v", name, life, c.want)
		}
	}
}

// FuzzGrant cuts answers anywhere: what is made of one holds nothing that was
// not there.
func FuzzGrant(f *testing.F) {
	f.Add([]byte(`{"access_token":"at","refresh_token":"rt","expires_in":3600}`), 50)
	f.Add([]byte(`{"refresh_token":"rt","scope":["a"],"access_token":"at" , "x":{}}`), 60)
	f.Fuzz(func(t *testing.T, body []byte, cut int) {
		cut = min(max(cut, 0), len(body))
		whole := spend(t, body)
		part := spend(t, body[:cut])
		if part.AccessToken.IsZero() || whole.AccessToken.IsZero() {
			return
		}
		if !strings.Contains(string(body), `\`) && !strings.Contains(string(body[:cut]), part.AccessToken.Reveal()) {
			t.Errorf("access token %q of %q", part.AccessToken.Reveal(), body[:cut])
		}
	})
}

func spend(t *testing.T, body []byte) account.Grant {
	t.Helper()
	grant, _ := refresh(t, over(io.NopCloser(strings.NewReader(string(body)))))
	return grant
}
