package providertest_test

import (
	"errors"
	"net/http"
	"testing"

	"github.com/anthropics/anthropic-sdk-go"
	anthropicoption "github.com/anthropics/anthropic-sdk-go/option"
	"github.com/openai/openai-go/v3"
	openaioption "github.com/openai/openai-go/v3/option"
	"github.com/openai/openai-go/v3/responses"

	"github.com/seed-810f1486/multiaccount/providers/providertest"
)

const served = "Served by alice@example.com."

func anthropicSDK(t *testing.T, srv *providertest.Server, acct *providertest.AccountHandle) anthropic.Client {
	t.Helper()
	return anthropic.NewClient(
		anthropicoption.WithoutEnvironmentDefaults(),
		anthropicoption.WithHTTPClient(client(t)),
		anthropicoption.WithBaseURL(srv.Endpoints(providertest.Anthropic).BaseURL),
		anthropicoption.WithAuthToken(acct.AccessToken()),
		anthropicoption.WithHeader("anthropic-beta", "oauth-2025-04-20"),
		anthropicoption.WithMaxRetries(0),
	)
}

func messageParams() anthropic.MessageNewParams {
	return anthropic.MessageNewParams{
		Model:     "claude-test",
		MaxTokens: 64,
		Messages:  []anthropic.MessageParam{anthropic.NewUserMessage(anthropic.NewTextBlock("Who are you?"))},
	}
}

func TestAnthropicSDKReadsAMessage(t *testing.T) {
	srv, _ := start(t)
	alice := srv.AddAccount(providertest.Account{Email: "alice@example.com"})
	sdk := anthropicSDK(t, srv, alice)

	message, err := sdk.Messages.New(t.Context(), messageParams())
	if err != nil {
		t.Fatal(err)
	}
	if got := message.Content[0].AsText().Text; got != served {
		t.Errorf("text %q, want %q", got, served)
	}
	if message.Model != "claude-test" || message.StopReason != anthropic.StopReasonEndTurn || message.Usage.OutputTokens == 0 {
		t.Errorf("model, stop reason or usage is wrong: %+v", message)
	}
}

func TestAnthropicSDKReadsAStream(t *testing.T) {
	srv, _ := start(t)
	alice := srv.AddAccount(providertest.Account{Email: "alice@example.com"})
	sdk := anthropicSDK(t, srv, alice)

	stream := sdk.Messages.NewStreaming(t.Context(), messageParams())
	var message anthropic.Message
	for stream.Next() {
		if err := message.Accumulate(stream.Current()); err != nil {
			t.Fatal(err)
		}
	}
	if err := stream.Err(); err != nil {
		t.Fatal(err)
	}
	if got := message.Content[0].AsText().Text; got != served {
		t.Errorf("text %q, want %q", got, served)
	}
	if message.StopReason != anthropic.StopReasonEndTurn {
		t.Errorf("stop reason %q", message.StopReason)
	}
}

func TestAnthropicSDKUnderstandsErrors(t *testing.T) {
	srv, _ := start(t)
	alice := srv.AddAccount(providertest.Account{})
	sdk := anthropicSDK(t, srv, alice)
	alice.Next(providertest.Revoked(), providertest.StreamError(2, "overloaded_error"))

	var apiErr *anthropic.Error
	_, err := sdk.Messages.New(t.Context(), messageParams())
	if !errors.As(err, &apiErr) || apiErr.StatusCode != http.StatusForbidden || apiErr.RequestID == "" {
		t.Errorf("error %v, want a 403 with a request id", err)
	}
	stream := sdk.Messages.NewStreaming(t.Context(), messageParams())
	for stream.Next() {
	}
	if !errors.As(stream.Err(), &apiErr) || apiErr.Type() != "overloaded_error" {
		t.Errorf("stream's error %v, want overloaded_error", stream.Err())
	}
}

func openaiSDK(t *testing.T, srv *providertest.Server, options ...openaioption.RequestOption) openai.Client {
	t.Helper()
	return openai.NewClient(append([]openaioption.RequestOption{
		openaioption.WithHTTPClient(client(t)),
		openaioption.WithBaseURL(srv.URL + "/v1/"),
		openaioption.WithMaxRetries(0),
	}, options...)...)
}

// codexOptions send a request where ChatGPT's subscribers send it.
func codexOptions(srv *providertest.Server, acct *providertest.AccountHandle) []openaioption.RequestOption {
	return []openaioption.RequestOption{
		openaioption.WithBaseURL(srv.Endpoints(providertest.OpenAI).BaseURL + "/"),
		openaioption.WithAPIKey(acct.AccessToken()),
		openaioption.WithHeader("ChatGPT-Account-Id", acct.Account().Subject),
	}
}

func responseParams() responses.ResponseNewParams {
	return responses.ResponseNewParams{
		Model: "gpt-test",
		Input: responses.ResponseNewParamsInputUnion{OfString: openai.String("Who are you?")},
	}
}

func TestOpenAISDKReadsAResponse(t *testing.T) {
	srv, _ := start(t)
	alice := srv.AddAccount(providertest.Account{Flavour: providertest.OpenAI, Email: "alice@example.com"})
	clients := map[string]openai.Client{
		"key":   openaiSDK(t, srv, openaioption.WithAPIKey(alice.APIKey())),
		"codex": openaiSDK(t, srv, codexOptions(srv, alice)...),
	}
	for name, sdk := range clients {
		t.Run(name, func(t *testing.T) {
			response, err := sdk.Responses.New(t.Context(), responseParams())
			if err != nil {
				t.Fatal(err)
			}
			if response.OutputText() != served || response.Status != "completed" || response.Usage.TotalTokens != 14 {
				t.Errorf("unexpected response %s", response.RawJSON())
			}
		})
	}
}

func TestOpenAISDKReadsAResponseStream(t *testing.T) {
	srv, _ := start(t)
	alice := srv.AddAccount(providertest.Account{Flavour: providertest.OpenAI, Email: "alice@example.com"})
	sdk := openaiSDK(t, srv, codexOptions(srv, alice)...)

	stream := sdk.Responses.NewStreaming(t.Context(), responseParams())
	var types []string
	var text, final string
	for stream.Next() {
		event := stream.Current()
		if int(event.SequenceNumber) != len(types) {
			t.Errorf("event %s has number %d, want %d", event.Type, event.SequenceNumber, len(types))
		}
		types = append(types, event.Type)
		switch event.Type {
		case "response.output_text.delta":
			text += event.Delta
		case "response.completed":
			final = event.Response.OutputText()
		}
	}
	if err := stream.Err(); err != nil {
		t.Fatal(err)
	}
	if text != served || final != served {
		t.Errorf("deltas %q and final text %q, want %q", text, final, served)
	}
	if types[0] != "response.created" || types[len(types)-1] != "response.completed" {
		t.Errorf("events %v", types)
	}
}

func chatParams() openai.ChatCompletionNewParams {
	return openai.ChatCompletionNewParams{
		Model:    "gpt-test",
		Messages: []openai.ChatCompletionMessageParamUnion{openai.UserMessage("Who are you?")},
	}
}

func TestOpenAISDKReadsAChatCompletion(t *testing.T) {
	srv, _ := start(t)
	alice := srv.AddAccount(providertest.Account{Flavour: providertest.OpenAI, Email: "alice@example.com"})
	sdk := openaiSDK(t, srv, openaioption.WithAPIKey(alice.APIKey()))

	completion, err := sdk.Chat.Completions.New(t.Context(), chatParams())
	if err != nil {
		t.Fatal(err)
	}
	if got := completion.Choices[0]; got.Message.Content != served || got.FinishReason != "stop" {
		t.Errorf("unexpected choice %+v", got)
	}
}

func TestOpenAISDKReadsAChatStream(t *testing.T) {
	srv, _ := start(t)
	alice := srv.AddAccount(providertest.Account{Flavour: providertest.OpenAI, Email: "alice@example.com"})
	sdk := openaiSDK(t, srv, openaioption.WithAPIKey(alice.APIKey()))

	stream := sdk.Chat.Completions.NewStreaming(t.Context(), chatParams())
	var all openai.ChatCompletionAccumulator
	for stream.Next() {
		if !all.AddChunk(stream.Current()) {
			t.Fatalf("chunk does not fit: %s", stream.Current().RawJSON())
		}
	}
	if err := stream.Err(); err != nil {
		t.Fatal(err)
	}
	if got := all.Choices[0]; got.Message.Content != served || got.FinishReason != "stop" {
		t.Errorf("unexpected choice %+v", got)
	}
}

func TestOpenAISDKUnderstandsErrors(t *testing.T) {
	srv, _ := start(t)
	alice := srv.AddAccount(providertest.Account{Flavour: providertest.OpenAI})
	sdk := openaiSDK(t, srv, openaioption.WithAPIKey(alice.APIKey()))
	alice.Next(providertest.Limited(), providertest.StreamError(1, "rate_limit_exceeded"), providertest.StreamFailed(0, "server_is_overloaded"))

	var apiErr *openai.Error
	_, err := sdk.Responses.New(t.Context(), responseParams())
	if !errors.As(err, &apiErr) || apiErr.StatusCode != http.StatusTooManyRequests || apiErr.Code != "rate_limit_exceeded" {
		t.Errorf("error %v, want a 429 with its code", err)
	}
	if last := lastEvent(t, sdk); last.Type != "error" || last.Code != "rate_limit_exceeded" {
		t.Errorf("last event %s", last.RawJSON())
	}
	if last := lastEvent(t, sdk); last.Type != "response.failed" || last.Response.Error.Code != "server_is_overloaded" {
		t.Errorf("last event %s", last.RawJSON())
	}
}

func lastEvent(t *testing.T, sdk openai.Client) responses.ResponseStreamEventUnion {
	t.Helper()
	stream := sdk.Responses.NewStreaming(t.Context(), responseParams())
	defer func() { _ = stream.Close() }()
	var last responses.ResponseStreamEventUnion
	for stream.Next() {
		last = stream.Current()
	}
	return last
}
