package providertest

import (
	"fmt"
	"slices"
	"strings"
)

func openaiPaths() Endpoints {
	return Endpoints{ //nolint:gosec // paths, not credentials
		BaseURL:      "/backend-api/codex",
		TokenURL:     "/oauth/token",
		AuthorizeURL: "/oauth/authorize",
		DeviceURL:    "/api/accounts/deviceauth",
		UsageURL:     "/backend-api/wham/usage",
		ProfileURL:   "/backend-api/me",
	}
}

// responseBody is the answer of the Responses API.
func (x *exchange) responseBody() []byte {
	var items []string
	for _, item := range x.outputItems() {
		items = append(items, item.done)
	}
	return x.responseObject(x.serial(), "completed", strings.Join(items, ","))
}

func (x *exchange) responseObject(id, status, output string) []byte {
	usage := "null"
	if status == "completed" {
		usage = fmt.Sprintf(`{"input_tokens":%d,"input_tokens_details":{"cached_tokens":0},"output_tokens":%d,`+
			`"output_tokens_details":{"reasoning_tokens":0},"total_tokens":%d}`, x.said.input(), x.said.output(), x.said.input()+x.said.output())
	}
	return fmt.Appendf(nil, `{"id":"resp_%s","object":"response","created_at":%d,"status":%q,"error":null,`+
		`"incomplete_details":null,"instructions":null,"metadata":{},"model":%s,"output":[%s],"parallel_tool_calls":true,`+
		`"previous_response_id":null,"store":false,"temperature":1,"text":{"format":{"type":"text"}},"tool_choice":"auto",`+
		`"tools":[],"top_p":1,"truncation":"disabled","usage":%s}`,
		id, x.now.Unix(), status, quote(x.model), output, usage)
}

// outputItem is a part of a response: as it begins in a stream, the events that
// come then, and as a whole.
type outputItem struct {
	begun, done string
	events      func(*responseStream)
}

func (x *exchange) outputItems() []outputItem {
	var items []outputItem
	if x.said.Text != "" {
		items = append(items, messageItem(x.said.Text))
	}
	for i, call := range x.said.Tools {
		items = append(items, callItem(call, x.serial(), len(items), i))
	}
	return items
}

// messageItem is a text, which is always the first item.
func messageItem(text string) outputItem {
	item := func(status, content string) string {
		return fmt.Sprintf(`{"id":"msg_1","type":"message","status":%q,"role":"assistant","content":[%s]}`, status, content)
	}
	return outputItem{
		begun: item("in_progress", ""), done: item("completed", contentPart(text)),
		events: func(s *responseStream) {
			s.add("response.content_part.added", inItem+`,"part":%s`, contentPart(""))
			for _, word := range words(text) {
				s.add("response.output_text.delta", inItem+`,"logprobs":[],"delta":%s`, quote(word))
			}
			s.add("response.output_text.done", inItem+`,"logprobs":[],"text":%s`, quote(text))
			s.add("response.content_part.done", inItem+`,"part":%s`, contentPart(text))
		},
	}
}

func callItem(call ToolCall, serial string, index, number int) outputItem {
	id := fmt.Sprintf("fc_%s_%d", serial, number)
	item := func(status, input string) string {
		space := ""
		if call.Namespace != "" {
			space = `"namespace":` + quote(call.Namespace) + `,`
		}
		return fmt.Sprintf(`{"id":%q,"type":"function_call","status":%q,"call_id":"call_%s",%s"name":%s,"arguments":%s}`,
			id, status, id, space, quote(call.Name), quote(input))
	}
	return outputItem{
		begun: item("in_progress", ""), done: item("completed", call.Input),
		events: func(s *responseStream) {
			s.add("response.function_call_arguments.delta", `"item_id":%q,"output_index":%d,"delta":%s`, id, index, quote(call.Input))
			s.add("response.function_call_arguments.done", `"item_id":%q,"output_index":%d,"arguments":%s`, id, index, quote(call.Input))
		},
	}
}

func contentPart(text string) string {
	return `{"type":"output_text","text":` + quote(text) + `,"annotations":[],"logprobs":[]}`
}

// responseEvents is the same answer as a stream.
func (x *exchange) responseEvents() []piece {
	var s responseStream
	id := x.serial()
	begun := x.responseObject(id, "in_progress", "")
	s.add("response.created", `"response":%s`, begun)
	s.add("response.in_progress", `"response":%s`, begun)
	s.output = true
	var done []string
	for i, item := range x.outputItems() {
		s.add("response.output_item.added", `"output_index":%d,"item":%s`, i, item.begun)
		item.events(&s)
		s.add("response.output_item.done", `"output_index":%d,"item":%s`, i, item.done)
		done = append(done, item.done)
	}
	s.add("response.completed", `"response":%s`, x.responseObject(id, "completed", strings.Join(done, ",")))
	return s.events
}

// inItem says of which part of the first item an event speaks.
const inItem = `"item_id":"msg_1","output_index":0,"content_index":0`

// responseStream numbers the events of a response.
type responseStream struct {
	events []piece
	output bool
}

func (s *responseStream) add(name, format string, args ...any) {
	head := fmt.Sprintf(`{"type":%q,"sequence_number":%d,`, name, len(s.events))
	p := named(name, head+format+"}", args...)
	p.output = s.output
	s.events = append(s.events, p)
}

// chatBody is the answer of the Chat Completions API.
func (x *exchange) chatBody() []byte {
	return fmt.Appendf(nil, `{"id":"chatcmpl-%s","object":"chat.completion","created":%d,"model":%s,`+
		`"choices":[{"index":0,"message":{"role":"assistant","content":%s,"refusal":null,"annotations":[]},"logprobs":null,"finish_reason":"stop"}],`+
		`"usage":{"prompt_tokens":%d,"completion_tokens":%d,"total_tokens":%d},"service_tier":"default","system_fingerprint":null}`,
		x.serial(), x.now.Unix(), quote(x.model), quote(x.said.Text), x.said.input(), x.said.output(), x.said.input()+x.said.output())
}

// chatEvents is the same answer as a stream.
func (x *exchange) chatEvents() []piece {
	head := fmt.Sprintf(`{"id":"chatcmpl-%s","object":"chat.completion.chunk","created":%d,"model":%s,"system_fingerprint":null,`,
		x.serial(), x.now.Unix(), quote(x.model))
	chunk := func(delta, reason string) piece {
		return unnamed(`%s"choices":[{"index":0,"delta":%s,"logprobs":null,"finish_reason":%s}]}`, head, delta, reason)
	}
	events := []piece{chunk(`{"role":"assistant","content":"","refusal":null}`, "null")}
	for _, word := range words(x.said.Text) {
		events = append(events, chunk(`{"content":`+quote(word)+`}`, "null").asOutput())
	}
	return append(events, chunk(`{}`, `"stop"`).asOutput(), unnamed("[DONE]").asOutput())
}

// serveCodexUsage tells the plan's windows as ChatGPT does.
func serveCodexUsage(x *exchange) {
	x.lookup(func(a Account) any {
		body := obj{"plan_type": a.Plan, "additional_rate_limits": nil, "credits": obj{"has_credits": a.PaidUse, "unlimited": false, "balance": nil}}
		var more []obj
		for _, family := range a.families() {
			limits := x.rateLimit(a.Windows, family)
			if family == "" {
				body["rate_limit"] = limits
				continue
			}
			more = append(more, obj{"limit_name": a.label(family), "metered_feature": "codex_" + family, "rate_limit": limits})
			body["additional_rate_limits"] = more
		}
		return body
	})
}

// families returns the families that the account has windows of, after the
// plan's own, which has none.
func (a Account) families() []string {
	families := []string{""}
	for _, w := range a.Windows {
		if !slices.Contains(families, w.Family) {
			families = append(families, w.Family)
		}
	}
	return families
}

func (a Account) label(family string) string {
	i := slices.IndexFunc(a.Windows, func(w Window) bool { return w.Family == family })
	return a.Windows[i].Label
}

// rateLimit tells the windows of one family.
func (x *exchange) rateLimit(windows []Window, family string) obj {
	limits := obj{"allowed": true, "limit_reached": false, "primary_window": nil, "secondary_window": nil}
	for _, w := range windows {
		if !w.subscription() || w.Family != family {
			continue
		}
		limits[w.Name+"_window"] = obj{
			"used_percent":         percent(w),
			"limit_window_seconds": seconds(w.Length),
			"reset_after_seconds":  seconds(w.ResetAt.Sub(x.now)),
			"reset_at":             w.ResetAt.Unix(),
		}
		if w.full() {
			limits["allowed"], limits["limit_reached"] = false, true
		}
	}
	return limits
}

func serveOpenAIProfile(x *exchange) {
	x.lookup(func(a Account) any {
		return obj{"object": "user", "id": a.Subject, "email": a.Email, "name": a.Name}
	})
}
