package demo

import (
	"context"
	"errors"

	anthropicsdk "github.com/anthropics/anthropic-sdk-go"
	openaisdk "github.com/openai/openai-go/v3"
	"github.com/openai/openai-go/v3/responses"

	"github.com/seed-810f1486/multiaccount/providers/providertest"
)

// question is what one request asks for.
type question struct {
	flavour providertest.Flavour
	stream  bool
}

// errUnfinished is returned for an answer that ended too early without an
// error of the connection.
var errUnfinished = errors.New("the answer ended before it was complete")

// ask sends one request and returns the text of the answer.
func (h *host) ask(ctx context.Context, q question) (string, error) {
	switch {
	case q.flavour == providertest.Anthropic && q.stream:
		return h.streamClaude(ctx)
	case q.flavour == providertest.Anthropic:
		return h.askClaude(ctx)
	case q.stream:
		return h.streamCodex(ctx)
	}
	return h.askCodex(ctx)
}

func claudeParams() anthropicsdk.MessageNewParams {
	return anthropicsdk.MessageNewParams{
		Model: "claude-demo", MaxTokens: 64,
		Messages: []anthropicsdk.MessageParam{anthropicsdk.NewUserMessage(anthropicsdk.NewTextBlock("Who are you?"))},
	}
}

func (h *host) askClaude(ctx context.Context) (string, error) {
	message, err := h.claude.Messages.New(ctx, claudeParams())
	if err != nil {
		return "", err
	}
	return claudeText(*message)
}

func (h *host) streamClaude(ctx context.Context) (string, error) {
	stream := h.claude.Messages.NewStreaming(ctx, claudeParams())
	defer func() { _ = stream.Close() }() // what went wrong is in stream.Err
	var message anthropicsdk.Message
	for stream.Next() {
		if err := message.Accumulate(stream.Current()); err != nil {
			return "", err
		}
	}
	if err := stream.Err(); err != nil {
		return "", err
	}
	return claudeText(message)
}

func claudeText(m anthropicsdk.Message) (string, error) {
	if m.StopReason != anthropicsdk.StopReasonEndTurn || len(m.Content) == 0 {
		return "", errUnfinished
	}
	return m.Content[0].Text, nil
}

func codexParams() responses.ResponseNewParams {
	return responses.ResponseNewParams{
		Model: "gpt-demo",
		Input: responses.ResponseNewParamsInputUnion{OfString: openaisdk.String("Who are you?")},
	}
}

func (h *host) askCodex(ctx context.Context) (string, error) {
	response, err := h.codex.Responses.New(ctx, codexParams())
	if err != nil {
		return "", err
	}
	return response.OutputText(), nil
}

func (h *host) streamCodex(ctx context.Context) (string, error) {
	stream := h.codex.Responses.NewStreaming(ctx, codexParams())
	defer func() { _ = stream.Close() }() // what went wrong is in stream.Err
	text := ""
	for stream.Next() {
		if event := stream.Current(); event.Type == "response.completed" {
			text = event.Response.OutputText()
		}
	}
	if err := stream.Err(); err != nil {
		return "", err
	}
	if text == "" {
		return "", errUnfinished
	}
	return text, nil
}
