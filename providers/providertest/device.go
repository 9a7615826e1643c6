package providertest

import (
	"context"
	"crypto/rand"
	"net/http"
	"net/url"
	"strconv"
	"time"
)

const (
	defaultDeviceInterval = 5 * time.Second
	deviceLife            = 15 * time.Minute
	// deviceGrace forgives a client whose timer runs a little fast.
	deviceGrace = 10 * time.Millisecond
	deviceGrant = "urn:ietf:params:oauth:grant-type:device_code"
)

// deviceCode is a login that waits for somebody on another device.
type deviceCode struct {
	user     string
	flavour  Flavour
	expires  time.Time
	interval time.Duration
	// asked is when the last poll came.
	asked time.Time
	// owner has approved; denied says that nobody will.
	owner  *AccountHandle
	denied bool
}

// WaitDevice waits for the next device login that began and that no call of
// WaitDevice returned yet, and returns the code that its owner has to type in.
func (s *Server) WaitDevice(ctx context.Context) (userCode string, err error) {
	select {
	case userCode = <-s.devices:
		return userCode, nil
	case <-ctx.Done():
		return "", ctx.Err()
	}
}

// ApproveDevice makes the account's owner approve the device login of a code,
// as at the provider's page. It reports whether such a login waits.
func (h *AccountHandle) ApproveDevice(userCode string) bool {
	return h.srv.settleDevice(userCode, func(d *deviceCode) { d.owner = h })
}

// DenyDevice refuses the device login of a code. It reports whether such a
// login waits.
func (s *Server) DenyDevice(userCode string) bool {
	return s.settleDevice(userCode, func(d *deviceCode) { d.denied = true })
}

// ExpireDevice ends the device login of a code as its 15 minutes would.
func (s *Server) ExpireDevice(userCode string) bool {
	return s.settleDevice(userCode, func(d *deviceCode) { d.expires = s.now() })
}

func (s *Server) settleDevice(userCode string, settle func(*deviceCode)) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, d := range s.tokens.devices {
		if d.user == userCode {
			settle(d)
			return true
		}
	}
	return false
}

// newDevice begins a device login. When nobody calls WaitDevice, only the
// first are kept for it.
func (s *Server) newDevice(f Flavour) (code string, d deviceCode) {
	s.mu.Lock()
	defer s.mu.Unlock()
	text := rand.Text()
	d = deviceCode{
		user: text[:4] + "-" + text[4:8], flavour: f, expires: s.now().Add(deviceLife),
		interval: orElse(s.deviceInterval, defaultDeviceInterval),
	}
	code = "device_" + TokenMark + rand.Text()
	kept := d // what is returned is read without the lock
	s.tokens.devices[code] = &kept
	select {
	case s.devices <- d.user:
	default:
	}
	return code, d
}

// pollDevice returns who approved, or an error code of RFC 8628 section 3.5.
// An approved login ends. The caller holds s.mu.
func (s *Server) pollDevice(code string, f Flavour) (*AccountHandle, string) {
	d, found := s.tokens.devices[code]
	if !found || d.flavour != f {
		return nil, "invalid_grant"
	}
	now := s.now()
	early := !d.asked.IsZero() && now.Sub(d.asked) < d.interval-deviceGrace
	d.asked = now
	switch {
	case !now.Before(d.expires):
		return nil, "expired_token"
	case d.denied:
		return nil, "access_denied"
	case early:
		d.interval += defaultDeviceInterval
		return nil, "slow_down"
	case d.owner == nil:
		return nil, "authorization_pending"
	}
	delete(s.tokens.devices, code)
	return d.owner, ""
}

// spendDevice exchanges an approved device code for a new login. The caller
// holds s.mu.
func (s *Server) spendDevice(form url.Values, f Flavour) (grant, string) {
	owner, code := s.pollDevice(form.Get("device_code"), f)
	if code != "" {
		return grant{}, code
	}
	owner.login()
	return owner.current, ""
}

// serveDevice is the device authorization endpoint (RFC 8628 section 3.2).
func serveDevice(x *exchange) {
	x.drain()
	code, d := x.srv.newDevice(x.flavour)
	page := x.srv.URL + "/device"
	x.replyJSON(http.StatusOK, obj{
		"device_code": code, "user_code": d.user, "verification_uri": page,
		"verification_uri_complete": page + "?user_code=" + d.user,
		"expires_in":                seconds(deviceLife), "interval": seconds(d.interval),
	})
}

// serveUserCode begins ChatGPT's own device login.
func serveUserCode(x *exchange) {
	x.drain()
	code, d := x.srv.newDevice(x.flavour)
	x.replyJSON(http.StatusOK, obj{"device_auth_id": code, "user_code": d.user, "interval": strconv.Itoa(seconds(d.interval))})
}

// serveDeviceToken answers polls of ChatGPT's device login, in the end with an
// authorization code for the token endpoint.
func serveDeviceToken(x *exchange) {
	form, err := x.form()
	if err != nil {
		OAuthError("invalid_request").give(x)
		return
	}
	verifier := rand.Text() + rand.Text()
	code, refusal := x.srv.approvedCode(form.Get("device_auth_id"), x.srv.URL+"/deviceauth/callback", challengeOf(verifier))
	if refusal != "" {
		Reply(http.StatusForbidden, nil, `{"error":{"code":`+quote(refusal)+`,"message":"The device login is not complete."}}`).give(x)
		return
	}
	x.replyJSON(http.StatusOK, obj{"authorization_code": code, "code_verifier": verifier, "code_challenge": challengeOf(verifier)})
}

func (s *Server) approvedCode(device, redirect, challenge string) (code, refusal string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	owner, refusal := s.pollDevice(device, OpenAI)
	if refusal != "" {
		return "", refusal
	}
	code = "code_" + TokenMark + rand.Text()
	s.tokens.codes[code] = loginCode{acct: owner, redirect: redirect, challenge: challenge}
	return code, ""
}

// forgetPolls lets every device login be asked about at once.
func (s *Server) forgetPolls() {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, d := range s.tokens.devices {
		d.asked = time.Time{}
	}
}
