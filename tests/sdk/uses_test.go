package sdk_test

import (
	"context"
	"net/http"

	"github.com/anthropics/anthropic-sdk-go"
	anthropicoption "github.com/anthropics/anthropic-sdk-go/option"
	"github.com/openai/openai-go/v3"
	openaioption "github.com/openai/openai-go/v3/option"
	"github.com/openai/openai-go/v3/responses"

	"github.com/seed-810f1486/multiaccount/providers/providertest"
)

// use is one way in which a host uses an official client.
type use struct {
	name    string
	flavour providertest.Flavour
	// ask asks who serves, and returns the model's text.
	ask func(ctx context.Context, to endpoint) (string, error)
}

// endpoint is where a client sends what, and how often it tries by itself.
type endpoint struct {
	http    *http.Client
	srv     *providertest.Server
	model   string
	retries int
}

func (s scene) endpoint() endpoint { return endpoint{http: s.http, srv: s.srv, model: "model-1"} }

// uses are all calls that hosts make.
func uses() []use {
	return []use{
		{"anthropic messages", providertest.Anthropic, message},
		{"anthropic messages streamed", providertest.Anthropic, messageStream},
		{"openai responses", providertest.OpenAI, response(api)},
		{"openai responses streamed", providertest.OpenAI, responseStream(api)},
		{"openai chat", providertest.OpenAI, chat},
		{"openai chat streamed", providertest.OpenAI, chatStream},
		{"codex responses", providertest.OpenAI, response(codex)},
		{"codex responses streamed", providertest.OpenAI, responseStream(codex)},
	}
}

// takesKeys reports whether API keys work there, too: ChatGPT's backend takes
// none.
func (u use) takesKeys() bool { return u.name[:5] != "codex" }

func anthropicSDK(to endpoint) anthropic.Client {
	return anthropic.NewClient(
		anthropicoption.WithoutEnvironmentDefaults(),
		anthropicoption.WithHTTPClient(to.http),
		anthropicoption.WithBaseURL(to.srv.Endpoints(providertest.Anthropic).BaseURL),
		anthropicoption.WithAPIKey(sdkKey),
		anthropicoption.WithMaxRetries(to.retries),
	)
}

func messageParams(model string) anthropic.MessageNewParams {
	return anthropic.MessageNewParams{
		Model: model, MaxTokens: 64,
		Messages: []anthropic.MessageParam{anthropic.NewUserMessage(anthropic.NewTextBlock("Who are you?"))},
	}
}

func message(ctx context.Context, to endpoint) (string, error) {
	sdk := anthropicSDK(to)
	answer, err := sdk.Messages.New(ctx, messageParams(to.model))
	if err != nil {
		return "", err
	}
	return answer.Content[0].AsText().Text, nil
}

func messageStream(ctx context.Context, to endpoint) (string, error) {
	sdk := anthropicSDK(to)
	stream := sdk.Messages.NewStreaming(ctx, messageParams(to.model))
	var answer anthropic.Message
	for stream.Next() {
		if err := answer.Accumulate(stream.Current()); err != nil {
			return "", err
		}
	}
	if err := stream.Err(); err != nil {
		return "", err
	}
	return answer.Content[0].AsText().Text, nil
}

// base is one of OpenAI's addresses.
type base func(*providertest.Server) string

func api(srv *providertest.Server) string { return srv.URL + "/v1/" }

func codex(srv *providertest.Server) string {
	return srv.Endpoints(providertest.OpenAI).BaseURL + "/"
}

func openaiSDK(to endpoint, at base) openai.Client {
	return openai.NewClient(
		openaioption.WithHTTPClient(to.http),
		openaioption.WithBaseURL(at(to.srv)),
		openaioption.WithAPIKey(sdkKey),
		openaioption.WithMaxRetries(to.retries),
	)
}

func responseParams(model string) responses.ResponseNewParams {
	return responses.ResponseNewParams{
		Model: model,
		Input: responses.ResponseNewParamsInputUnion{OfString: openai.String("Who are you?")},
	}
}

func response(at base) func(context.Context, endpoint) (string, error) {
	return func(ctx context.Context, to endpoint) (string, error) {
		sdk := openaiSDK(to, at)
		answer, err := sdk.Responses.New(ctx, responseParams(to.model))
		if err != nil {
			return "", err
		}
		return answer.OutputText(), nil
	}
}

func responseStream(at base) func(context.Context, endpoint) (string, error) {
	return func(ctx context.Context, to endpoint) (string, error) {
		sdk := openaiSDK(to, at)
		stream := sdk.Responses.NewStreaming(ctx, responseParams(to.model))
		var text string
		for stream.Next() {
			if event := stream.Current(); event.Type == "response.completed" {
				text = event.Response.OutputText()
			}
		}
		return text, stream.Err()
	}
}

func chatParams(model string) openai.ChatCompletionNewParams {
	return openai.ChatCompletionNewParams{
		Model:    model,
		Messages: []openai.ChatCompletionMessageParamUnion{openai.UserMessage("Who are you?")},
	}
}

func chat(ctx context.Context, to endpoint) (string, error) {
	sdk := openaiSDK(to, api)
	answer, err := sdk.Chat.Completions.New(ctx, chatParams(to.model))
	if err != nil {
		return "", err
	}
	return answer.Choices[0].Message.Content, nil
}

func chatStream(ctx context.Context, to endpoint) (string, error) {
	sdk := openaiSDK(to, api)
	stream := sdk.Chat.Completions.NewStreaming(ctx, chatParams(to.model))
	var all openai.ChatCompletionAccumulator
	for stream.Next() {
		all.AddChunk(stream.Current())
	}
	if err := stream.Err(); err != nil {
		return "", err
	}
	return all.Choices[0].Message.Content, nil
}
