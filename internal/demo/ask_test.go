package demo

import (
	"errors"
	"testing"

	"github.com/tidwall/gjson"

	"github.com/seed-810f1486/multiaccount/providers/providertest"
)

func TestOnlyCompleteAnswersCount(t *testing.T) {
	for body, f := range map[string]providertest.Flavour{
		`{"content":[{"type":"text","text":"hi"}],"stop_reason":"max_tokens"}`: providertest.Anthropic,
		`{"content":[],"stop_reason":"end_turn"}`:                              providertest.Anthropic,
		`{"status":"incomplete","output":[{"content":[{"text":"hi"}]}]}`:       providertest.OpenAI,
		`{"status":"completed","output":[]}`:                                   providertest.OpenAI,
		`<html>`:                                                               providertest.OpenAI,
	} {
		if text, err := answerText(f, gjson.Parse(body)); text != "" || !errors.Is(err, errUnfinished) {
			t.Errorf("%s: %q, %v", body, text, err)
		}
	}
	cut := "event: content_block_delta\ndata: {\"type\":\"content_block_delta\",\"delta\":{\"text\":\"hi\"}}\n\n"
	if text, err := streamText(providertest.Anthropic, []byte(cut)); text != "" || !errors.Is(err, errUnfinished) {
		t.Errorf("a stream without its end: %q, %v", text, err)
	}
	whole := cut + "event: message_stop\ndata: {\"type\":\"message_stop\"}\n\n"
	if text, err := streamText(providertest.Anthropic, []byte(whole)); text != "hi" || err != nil {
		t.Errorf("%q, %v", text, err)
	}
}
