package openai_test

import (
	"slices"
	"testing"
	"time"

	"github.com/seed-810f1486/multiaccount/account"
	"github.com/seed-810f1486/multiaccount/providers"
	"github.com/seed-810f1486/multiaccount/providers/internal/fixture"
	"github.com/seed-810f1486/multiaccount/providers/openai"
)

const chunk = `{"id":"c","object":"chat.completion.chunk","choices":`

func TestReadEvent(t *testing.T) {
	p := openai.New(openai.Options{})
	for name, test := range map[string]struct {
		name, data string
		want       providers.StreamStep
	}{
		"created":             {"response.created", `{}`, providers.StreamPreamble},
		"in progress":         {"response.in_progress", `{}`, providers.StreamPreamble},
		"rate limits":         {"codex.rate_limits", `{}`, providers.StreamPreamble},
		"reasoning":           {"response.reasoning_summary_text.delta", `{}`, providers.StreamPreamble},
		"item of reasoning":   {"response.output_item.added", `{"item":{"type":"reasoning"}}`, providers.StreamPreamble},
		"item of a message":   {"response.output_item.added", `{"item":{"id":"msg_1","type":"message"}}`, providers.StreamOutput},
		"item of a call":      {"response.output_item.added", `{"item":{"type":"function_call"}}`, providers.StreamOutput},
		"item done":           {"response.output_item.done", `{"item":{"type":"reasoning"}}`, providers.StreamOutput},
		"text":                {"response.output_text.delta", `{"delta":"a"}`, providers.StreamOutput},
		"refusal":             {"response.refusal.delta", `{"delta":"a"}`, providers.StreamOutput},
		"arguments":           {"response.function_call_arguments.delta", `{}`, providers.StreamOutput},
		"arguments done":      {"response.function_call_arguments.done", `{}`, providers.StreamOutput},
		"completed":           {"response.completed", `{}`, providers.StreamEnd},
		"incomplete":          {"response.incomplete", `{}`, providers.StreamEnd},
		"no name":             {"", `{"type":"response.completed"}`, providers.StreamEnd},
		"another API":         {"thread.message.delta", `{}`, providers.StreamUnknown},
		"chat":                {"", chunk + `[{"delta":{"content":"a"}}]}`, providers.StreamOutput},
		"chat of a filter":    {"", chunk + `[],"prompt_filter_results":[]}`, providers.StreamPreamble},
		"chat opens":          {"", chunk + `[{"delta":{"role":"assistant","content":"","refusal":null}}]}`, providers.StreamPreamble},
		"chat opens, a call":  {"", chunk + `[{"delta":{"role":"assistant","content":null,"tool_calls":[]}}]}`, providers.StreamOutput},
		"chat saying error":   {"", chunk + `[{"delta":{"content":"error"}}]}`, providers.StreamOutput},
		"chat, error is null": {"", chunk + `[{"delta":{}}],"error":null}`, providers.StreamOutput},
		"chat done":           {"", `[DONE]`, providers.StreamEnd},
		"chat opens, bare":    {"", chunk + `[{"index":0,"delta":{"role":"assistant"}}]}`, providers.StreamPreamble},
		"chat opens, spaced":  {"", chunk + "[ { \"delta\" : { \"content\" : \"\" , \"role\" : \"assistant\" } } ] }", providers.StreamPreamble},
		"chat, no role":       {"", chunk + `[{"delta":{"content":""}}]}`, providers.StreamOutput},
		"chat, second speaks": {"", chunk + `[{"delta":{"role":"assistant"}},{"delta":{"content":"a"}}]}`, providers.StreamOutput},
		"chat finishes":       {"", chunk + `[{"delta":{},"finish_reason":"length"}]}`, providers.StreamEnd},
		"chat, empty reason":  {"", chunk + `[{"delta":{"role":"assistant","content":"a"},"finish_reason":""}]}`, providers.StreamOutput},
		"chat, cut off":       {"", chunk + `[{"delta":{"content":"a`, providers.StreamOutput},
		"text completion":     {"", `{"choices":[{"text":"a","finish_reason":null}]}`, providers.StreamOutput},
		"type last":           {"", `{"item":{"type":"message"},"sequence_number":1,"type":"response.output_item.added"}`, providers.StreamOutput},
		"type inside":         {"", `{"item":{"type":"response.completed"}}`, providers.StreamUnknown},
		"spaced":              {"", "{ \"type\" :\n \"response.completed\" }", providers.StreamEnd},
		"another name":        {"message", `{"type":"response.completed"}`, providers.StreamEnd},
		"done":                {"response.done", `{}`, providers.StreamEnd},
		"echo, cut off":       {"", `{"type":"response.created","response":{"instructions":"x`, providers.StreamPreamble},
		"no type, cut off":    {"", `{"response":{"instructions":"x`, providers.StreamUnknown},
		"a whole response":    {"", `{"id":"r","object":"response","error":null,"status":"completed"}`, providers.StreamUnknown},
		"something else":      {"", `hello`, providers.StreamUnknown},
	} {
		t.Run(name, func(t *testing.T) {
			if got := p.ReadEvent([]byte(test.name), []byte(test.data)); got.Step != test.want || got.Status != 0 || got.Body != nil {
				t.Errorf("got %+v, want step %d", got, test.want)
			}
		})
	}
}

// forms are the ways in which the APIs tell an error in a stream.
func forms(code string) map[string][2]string {
	e := `{"type":"t","code":"` + code + `","message":"Try again in 1.5s."}`
	return map[string][2]string{
		"failed": {"response.failed", `{"type":"response.failed","response":{"status":"failed","error":` + e + `}}`},
		"flat":   {"error", `{"type":"error","code":"` + code + `","message":"Try again in 1.5s.","param":null}`},
		"nested": {"error", `{"type":"error","error":` + e + `}`},
		"echo":   {"response.failed", `{"response":{"instructions":"\"error\":{\"code\":\"x\"}","tools":[{"error":{"code":"x"}}],"error":` + e + `},"type":"response.failed"}`},
		"cut":    {"response.failed", `{"type":"response.failed","response":{"error":` + e + `,"instructions":"x`},
		"spaced": {"", "{\n \"error\" : " + e + " }"},
		"object": {"", `{"id":"r","object":"response","status":"failed","error":` + e + `}`},
		"typed":  {"error", `{"type":"error","error":{"type":"` + code + `","code":null,"message":"Try again in 1.5s."}}`},
		"chat":   {"", `{"error":` + e + `}`},
	}
}

// An error in a stream means what the same error means as an answer.
func TestFailedStreamIsClassedLikeAnAnswer(t *testing.T) {
	p := openai.New(openai.Options{})
	for code, want := range map[string]account.Class{
		"rate_limit_exceeded":     account.ClassLimited,
		"usage_limit_reached":     account.ClassLimited,
		"insufficient_quota":      account.ClassLimited,
		"usage_not_included":      account.ClassLimited,
		"quota_exceeded":          account.ClassLimited,
		"invalid_api_key":         account.ClassUnauthorized,
		"invalid_iam_token":       account.ClassUnauthorized,
		"token_expired":           account.ClassUnauthorized,
		"account_deactivated":     account.ClassRevoked,
		"server_is_overloaded":    account.ClassOverloaded,
		"slow_down":               account.ClassOverloaded,
		"model_at_capacity":       account.ClassOverloaded,
		"server_error":            account.ClassServerError,
		"context_length_exceeded": account.ClassCaller,
		"invalid_prompt":          account.ClassCaller,
	} {
		for form, event := range forms(code) {
			e := p.ReadEvent([]byte(event[0]), []byte(event[1]))
			if e.Step != providers.StreamFailed {
				t.Fatalf("%s, %s: step %d", code, form, e.Step)
			}
			got := p.Classify(providers.Answer{Status: e.Status, Body: e.Body, Now: fixture.Now()})
			if got.Class != want || got.Code != code {
				t.Errorf("%s, %s: %v with code %q, want %v", code, form, got.Class, got.Code, want)
			}
			until := limit(account.FromBody, code, 1500*time.Millisecond)
			until[0].Window = code == "usage_limit_reached"
			if want == account.ClassLimited && !slices.Equal(got.Limits, until) {
				t.Errorf("%s, %s: limits %+v, want %+v", code, form, got.Limits, until)
			}
		}
	}
	// What has no code of its own is told by its words.
	e := p.ReadEvent([]byte("error"), []byte(`{"type":"error","status":400,"error":{"type":"invalid_request_error",`+
		`"message":"The 'gpt-1' model is not supported when using Codex with a ChatGPT account."}}`))
	if got := p.Classify(providers.Answer{Status: e.Status, Body: e.Body, Model: "gpt-1", Now: fixture.Now()}); got.Class != account.ClassLimited {
		t.Errorf("a model that the plan does not have: %+v", got)
	}
	for _, data := range []string{``, `{"response"`, `<html>`, `null`, `{"response":{"error":null}}`, `{"response":7}`} {
		if e := p.ReadEvent([]byte("response.failed"), []byte(data)); e.Step != providers.StreamFailed || e.Status != 400 {
			t.Errorf("a failure with %q: %+v", data, e)
		}
	}
}

// Compatible servers give a status as the code.
func TestStatusAsACode(t *testing.T) {
	p := openai.New(openai.Options{})
	for code, want := range map[string]int{"429": 429, "503": 503, `"429"`: 400, "200": 400, "1e9": 400, "null": 400} {
		if e := p.ReadEvent(nil, []byte(`{"error":{"message":"m","code":`+code+`}}`)); e.Status != want {
			t.Errorf("code %s: status %d, want %d", code, e.Status, want)
		}
	}
}

func FuzzReadEvent(f *testing.F) {
	for _, event := range forms("slow_down") {
		f.Add(event[0], event[1])
	}
	f.Add("", chunk+`[{"delta":{"content":"\"error\""}}]}`)
	p := openai.New(openai.Options{})
	f.Fuzz(func(t *testing.T, name, data string) {
		e := p.ReadEvent([]byte(name), []byte(data))
		failed := e.Step == providers.StreamFailed
		if failed != (e.Status >= 400) {
			t.Errorf("step %d with status %d", e.Step, e.Status)
		}
		if failed && p.Classify(providers.Answer{Status: e.Status, Body: e.Body, Now: fixture.Now()}).Class == account.ClassSuccess {
			t.Error("a failure is classed as a success")
		}
	})
}

func TestReadEventDoesNotAllocate(t *testing.T) {
	p := openai.New(openai.Options{})
	for name, data := range map[string]string{
		"response.output_text.delta": `{"type":"response.output_text.delta","delta":"a"}`,
		"":                           chunk + `[{"delta":{"content":"a"}}]}`,
	} {
		name, data := []byte(name), []byte(data)
		if n := testing.AllocsPerRun(100, func() { p.ReadEvent(name, data) }); n != 0 {
			t.Errorf("%s: %v allocations", name, n)
		}
	}
}
