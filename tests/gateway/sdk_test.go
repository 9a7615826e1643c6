package gateway_test

import (
	"errors"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/anthropics/anthropic-sdk-go"
	anthropicoption "github.com/anthropics/anthropic-sdk-go/option"
	"github.com/openai/openai-go/v3"
	openaioption "github.com/openai/openai-go/v3/option"
	"github.com/openai/openai-go/v3/responses"

	"github.com/seed-810f1486/multiaccount/providers/providertest"
	"github.com/seed-810f1486/multiaccount/tests/internal/rig"
)

func (g gate) anthropicSDK() anthropic.Client {
	return anthropic.NewClient(anthropicoption.WithoutEnvironmentDefaults(), anthropicoption.WithHTTPClient(g.client),
		anthropicoption.WithBaseURL(g.url+"/anthropic"), anthropicoption.WithAPIKey(token))
}

func (g gate) openaiSDK(path string) openai.Client {
	return openai.NewClient(openaioption.WithHTTPClient(g.client), openaioption.WithBaseURL(g.url+path), openaioption.WithAPIKey(token))
}

func sdkMessage() anthropic.MessageNewParams {
	return anthropic.MessageNewParams{
		Model: "claude-opus-5", MaxTokens: 64, Messages: []anthropic.MessageParam{anthropic.NewUserMessage(anthropic.NewTextBlock("Who are you?"))},
	}
}

func sdkResponse() responses.ResponseNewParams {
	return responses.ResponseNewParams{Model: "gpt-6", Input: responses.ResponseNewParamsInputUnion{OfString: openai.String("Who are you?")}}
}

// sdkUses are the official clients' calls, pointed at the gateway and nothing else.
func sdkUses() map[string]func(*testing.T, gate) (string, error) {
	return map[string]func(*testing.T, gate) (string, error){
		"messages": func(t *testing.T, g gate) (string, error) {
			sdk := g.anthropicSDK()
			answer, err := sdk.Messages.New(t.Context(), sdkMessage())
			if err != nil {
				return "", err
			}
			return answer.Content[0].Text, nil
		},
		"messages streamed": func(t *testing.T, g gate) (string, error) {
			sdk := g.anthropicSDK()
			stream := sdk.Messages.NewStreaming(t.Context(), sdkMessage())
			var whole anthropic.Message
			for stream.Next() {
				if err := whole.Accumulate(stream.Current()); err != nil {
					return "", err
				}
			}
			if err := stream.Err(); err != nil {
				return "", err
			}
			return whole.Content[0].Text, nil
		},
		"responses": func(t *testing.T, g gate) (string, error) {
			sdk := g.openaiSDK("/openai/v1")
			answer, err := sdk.Responses.New(t.Context(), sdkResponse())
			if err != nil {
				return "", err
			}
			return answer.OutputText(), nil
		},
		"codex responses streamed": func(t *testing.T, g gate) (string, error) {
			sdk := g.openaiSDK("/codex")
			stream := sdk.Responses.NewStreaming(t.Context(), sdkResponse())
			var text strings.Builder
			for stream.Next() {
				text.WriteString(stream.Current().Delta)
			}
			return text.String(), stream.Err()
		},
	}
}

// The official clients are served, and do not notice a limit of the first account.
func TestOfficialClients(t *testing.T) {
	for name, use := range sdkUses() {
		for _, limited := range []bool{false, true} {
			t.Run(name, func(t *testing.T) {
				s := play(t)
				want := "Served by work@example"
				if limited {
					want = "Served by spare@example"
					s.claude[0].Next(providertest.Limited(providertest.RetryAfter(time.Hour)))
					s.gpt[0].Next(providertest.Limited(providertest.ResetsIn(time.Hour)))
				}
				if text, err := use(t, s.gate); err != nil || !strings.HasPrefix(text, want) {
					t.Errorf("%q, %v, want %q", text, err, want)
				}
			})
		}
	}
}

// A chat is for API keys.
func TestChatOfTheOfficialClient(t *testing.T) {
	s := play(t)
	key := s.srv.AddAccount(providertest.Account{Flavour: providertest.OpenAI, Email: "key@example.org"})
	rig.Add(t, rig.Pool(t, s.engine, "openai"), rig.Key(key))
	sdk := s.openaiSDK("/openai/v1")
	answer, err := sdk.Chat.Completions.New(t.Context(), openai.ChatCompletionNewParams{
		Model: "gpt-6", Messages: []openai.ChatCompletionMessageParamUnion{openai.UserMessage("Who are you?")},
	})
	if err != nil || answer.Choices[0].Message.Content != "Served by key@example.org." {
		t.Errorf("%+v, %v", answer, err)
	}
}

// When all accounts are limited the official clients stop at once, with a message
// that says so.
func TestOfficialClientsStop(t *testing.T) {
	for name, use := range sdkUses() {
		t.Run(name, func(t *testing.T) {
			s := play(t)
			s.limit(2 * time.Hour)
			began := time.Now()
			_, err := use(t, s.gate)
			var a *anthropic.Error
			var o *openai.Error
			status, told := 0, ""
			if errors.As(err, &a) {
				status, told = a.StatusCode, a.Error()
			}
			if errors.As(err, &o) {
				status, told = o.StatusCode, o.Message
			}
			if status != http.StatusTooManyRequests || !strings.Contains(told, "accounts are limited") || time.Since(began) > 3*time.Second {
				t.Errorf("after %v: %v: %s", time.Since(began), err, told)
			}
		})
	}
}
