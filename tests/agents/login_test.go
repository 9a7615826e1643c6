package agents_test

import (
	"encoding/base64"
	"fmt"
	"testing"
	"time"
)

// prefersAccounts has "multiaccount run" start an agent that has a login of its own,
// which the gateway would refuse, and the provider, too.
func prefersAccounts(t *testing.T, p *place) {
	args, env := p.mind.agent.setUp(t, p, true)
	name, text := p.mind.agent.ownLogin()
	p.write(t, name, text)
	p.path(t)
	env = append(env, "MULTIACCOUNT_DIR="+p.state)
	p.start(t, append([]string{p.Program, "run", p.mind.agent.program, "--"}, append(args, "Who are you?")...), env)().says(t, "Served by work")
}

// farAway is when the agents' own logins expire.
func farAway() time.Time { return time.Now().Add(24 * time.Hour) }

// ownToken is an access token as ChatGPT has it, of nobody.
func ownToken() string {
	part := base64.RawURLEncoding.EncodeToString
	claims := fmt.Sprintf(`{"exp": %d, "https://api.openai.com/auth": {"chatgpt_account_id": "own", "chatgpt_plan_type": "plus"}}`, farAway().Unix())
	return part([]byte(`{"alg":"none"}`)) + "." + part([]byte(claims)) + "." + part([]byte("own"))
}
