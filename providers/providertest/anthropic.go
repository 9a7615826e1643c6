package providertest

import (
	"fmt"
	"math"
	"strings"
	"time"
)

func anthropicPaths() Endpoints {
	return Endpoints{ //nolint:gosec // paths, not credentials
		BaseURL:      "",
		TokenURL:     "/v1/oauth/token",
		AuthorizeURL: "/claude.ai/oauth/authorize",
		DeviceURL:    "/oauth/device/code",
		UsageURL:     "/api/oauth/usage",
		ProfileURL:   "/api/oauth/profile",
	}
}

// messageBody is the answer of the Messages API.
func (x *exchange) messageBody() []byte {
	var blocks []string
	for _, b := range x.messageBlocks() {
		blocks = append(blocks, b.whole)
	}
	return fmt.Appendf(nil, `{"id":"msg_%s","type":"message","role":"assistant","model":%s,`+
		`"content":[%s],"stop_reason":%q,"stop_sequence":null,`+
		`"usage":{"input_tokens":%d,"cache_creation_input_tokens":0,"cache_read_input_tokens":0,"output_tokens":%d,"service_tier":"standard"}}`,
		x.serial(), quote(x.model), strings.Join(blocks, ","), x.stopReason(), x.said.input(), x.said.output())
}

func (x *exchange) stopReason() string {
	if len(x.said.Tools) > 0 {
		return "tool_use"
	}
	return "end_turn"
}

// messageBlock is a part of a message: as a whole, as it begins in a stream, and
// what comes then.
type messageBlock struct {
	whole, begun string
	deltas       []string
}

func (x *exchange) messageBlocks() []messageBlock {
	var blocks []messageBlock
	if x.said.Text != "" {
		b := messageBlock{whole: `{"type":"text","text":` + quote(x.said.Text) + `}`, begun: `{"type":"text","text":""}`}
		for _, word := range words(x.said.Text) {
			b.deltas = append(b.deltas, `{"type":"text_delta","text":`+quote(word)+`}`)
		}
		blocks = append(blocks, b)
	}
	for _, call := range x.said.Tools {
		head := `{"type":"tool_use","id":"toolu_` + x.serial() + `","name":` + quote(call.Name) + `,"input":`
		blocks = append(blocks, messageBlock{
			whole: head + call.Input + `}`, begun: head + `{}}`,
			deltas: []string{`{"type":"input_json_delta","partial_json":` + quote(call.Input) + `}`},
		})
	}
	return blocks
}

// messageEvents is the same answer as a stream.
func (x *exchange) messageEvents() []piece {
	events := []piece{
		named("message_start", `{"type":"message_start","message":{"id":"msg_%s","type":"message","role":"assistant","model":%s,`+
			`"content":[],"stop_reason":null,"stop_sequence":null,"usage":{"input_tokens":%d,"output_tokens":1}}}`, x.serial(), quote(x.model), x.said.input()),
	}
	for i, b := range x.messageBlocks() {
		events = append(events, named("content_block_start", `{"type":"content_block_start","index":%d,"content_block":%s}`, i, b.begun).asOutput())
		if i == 0 {
			events = append(events, named("ping", `{"type":"ping"}`))
		}
		for _, delta := range b.deltas {
			events = append(events, named("content_block_delta", `{"type":"content_block_delta","index":%d,"delta":%s}`, i, delta).asOutput())
		}
		events = append(events, named("content_block_stop", `{"type":"content_block_stop","index":%d}`, i).asOutput())
	}
	return append(events,
		named("message_delta", `{"type":"message_delta","delta":{"stop_reason":%q,"stop_sequence":null},"usage":{"output_tokens":%d}}`, x.stopReason(), x.said.output()).asOutput(),
		named("message_stop", `{"type":"message_stop"}`).asOutput())
}

// serveAnthropicUsage tells the windows of the plan, in percent.
func serveAnthropicUsage(x *exchange) {
	x.lookup(func(a Account) any {
		body := obj{
			"five_hour": nil, "seven_day": nil, "seven_day_sonnet": nil, "extra_usage": obj{"is_enabled": a.PaidUse, "utilization": nil},
		}
		limits := []obj{}
		for _, w := range a.Windows {
			switch {
			case !w.subscription():
			case w.Label != "":
				limits = append(limits, scopedLimit(w))
			default:
				body[claim(w.Name)] = obj{"utilization": percent(w), "resets_at": w.ResetAt.UTC().Format(time.RFC3339)}
			}
		}
		body["limits"] = limits
		return body
	})
}

// scopedLimit is how newer answers tell the window of one model.
func scopedLimit(w Window) obj {
	return obj{
		"kind": "weekly_scoped", "group": "weekly", "percent": percent(w), "severity": "normal",
		"resets_at": w.ResetAt.UTC().Format(time.RFC3339), "is_active": w.full(),
		"scope": obj{"model": obj{"id": nil, "display_name": w.Label}},
	}
}

func percent(w Window) float64 { return math.Round(10000*w.share()) / 100 }

func serveAnthropicProfile(x *exchange) {
	x.lookup(func(a Account) any {
		return obj{
			"account": obj{
				"uuid":           a.Subject,
				"email":          a.Email,
				"full_name":      a.Name,
				"has_claude_max": a.Plan == "max",
				"has_claude_pro": a.Plan == "pro",
			},
			"organization": obj{"uuid": a.Organization, "organization_type": "claude_" + a.Plan},
		}
	})
}

// lookup answers a question about the account whose token came.
func (x *exchange) lookup(body func(Account) any) {
	if !x.authenticated() {
		return
	}
	x.own = func(how delivery) {
		how(x, jsonPieces(marshal(body(x.acct.Account()))))
	}
	x.answer()
}
