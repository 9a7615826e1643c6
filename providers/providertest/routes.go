package providertest

import (
	"io"
	"net/http"
)

// Endpoint is what a request is for.
type Endpoint uint8

// The endpoints.
const (
	// Generation: messages, responses and chat completions.
	Generation Endpoint = iota
	// Token: the OAuth 2 token endpoint.
	Token
	// Usage: the figures of the quota windows.
	Usage
	// Profile: whose token it is.
	Profile
	// Authorize: the OAuth 2 authorization endpoint.
	Authorize
	// Device: where a device login begins and, for OpenAI, is asked about.
	Device
	// Models: the list of models, which keys are checked with.
	Models
)

// String returns the endpoint in one lower-case word.
func (e Endpoint) String() string {
	names := [...]string{"generation", "token", "usage", "profile", "authorize", "device", "models"}
	if int(e) < len(names) {
		return names[e]
	}
	return "unknown"
}

// routes are the paths of both flavours; only the list of models is common to them.
func (s *Server) routes() http.Handler {
	mux := http.NewServeMux()
	add := func(pattern string, f Flavour, e Endpoint, handle func(*exchange)) {
		mux.Handle(pattern, s.handler(f, e, handle))
	}
	a, o := anthropicPaths(), openaiPaths()
	add("POST /v1/messages", Anthropic, Generation, serveMessages)
	add("GET "+a.UsageURL, Anthropic, Usage, serveAnthropicUsage)
	add("GET "+a.ProfileURL, Anthropic, Profile, serveAnthropicProfile)
	add("POST "+a.TokenURL, Anthropic, Token, serveToken)
	add("GET "+a.AuthorizeURL, Anthropic, Authorize, serveAuthorize)
	add("POST "+a.DeviceURL, Anthropic, Device, serveDevice)

	add("POST /v1/responses", OpenAI, Generation, serveResponses)
	add("POST /v1/chat/completions", OpenAI, Generation, serveChat)
	add("POST "+o.BaseURL+"/responses", OpenAI, Generation, serveCodex)
	add("GET "+o.BaseURL+"/responses", OpenAI, Generation, serveSocket)
	add("GET "+o.UsageURL, OpenAI, Usage, serveCodexUsage)
	add("GET "+o.ProfileURL, OpenAI, Profile, serveOpenAIProfile)
	add("POST "+o.TokenURL, OpenAI, Token, serveToken)
	add("GET "+o.AuthorizeURL, OpenAI, Authorize, serveAuthorize)
	add("POST "+o.DeviceURL, OpenAI, Device, serveDevice)
	add("POST "+o.DeviceURL+"/usercode", OpenAI, Device, serveUserCode)
	add("POST "+o.DeviceURL+"/token", OpenAI, Device, serveDeviceToken)
	anthropic, openai := s.handler(Anthropic, Models, serveModels), s.handler(OpenAI, Models, serveModels)
	mux.HandleFunc("GET /v1/models", func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("Anthropic-Version") != "" {
			anthropic(w, r)
			return
		}
		openai(w, r)
	})
	return mux
}

// serveModels has no model to tell of.
func serveModels(x *exchange) {
	x.lookup(func(Account) any { return obj{"data": []obj{}} })
}

func (s *Server) handler(f Flavour, e Endpoint, handle func(*exchange)) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		x := &exchange{srv: s, w: w, r: r, flavour: f, endpoint: e, now: s.now()}
		x.serve(handle) //nolint:contextcheck // an exchange has its request's context
	}
}

// serve answers by the flavour's outage, else by handle.
func (x *exchange) serve(handle func(*exchange)) {
	x.own = func(how delivery) { how(x, jsonPieces([]byte("{}"))) }
	defer x.leave()
	if outage, down := x.srv.outage(x.flavour); down {
		x.drain()
		outage.give(x)
		return
	}
	handle(x)
}

func (s *Server) outage(f Flavour) (Answer, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	a, down := s.outages[f]
	return a, down
}

// drain reads the body that nobody looks at: only then does net/http notice
// that a client goes away.
func (x *exchange) drain() {
	_, _ = io.Copy(io.Discard, http.MaxBytesReader(x.w, x.r.Body, maxBody))
}
