package usage

// Tokens are what a request used, by what the provider says.
type Tokens struct {
	// Input is all that was sent, be it cached or not; Cached came of it from the
	// provider's cache, and CacheWritten was put there.
	Input, Cached, CacheWritten int64
	// Output is all that was answered, Reasoning that of it which is not shown.
	Output, Reasoning int64
}

func (t *Tokens) add(more Tokens) {
	t.Input += more.Input
	t.Cached += more.Cached
	t.CacheWritten += more.CacheWritten
	t.Output += more.Output
	t.Reasoning += more.Reasoning
}

// name is a member that is looked for.
type name uint8

const (
	other name = iota
	// container has the usage of an event: "message" or "response".
	container
	usageMember
	details
	// Anthropic's input does not count what is cached.
	inputTokens
	cacheRead
	cacheWritten
	outputTokens
	// promptTokens are the input of chat completions, where it counts all.
	promptTokens
	// Google's output does not count what is not shown.
	candidateTokens
	thoughtTokens
	cachedContent
	cachedTokens
	reasoningTokens
	nameCount
)

func (n name) isCount() bool { return n >= inputTokens && n <= cachedContent }

func (n name) isDetail() bool { return n == cachedTokens || n == reasoningTokens }

func nameOf(word []byte) name {
	switch string(word) {
	case "message", "response":
		return container
	case "usage", "usageMetadata":
		return usageMember
	case "input_tokens_details", "output_tokens_details", "prompt_tokens_details", "completion_tokens_details":
		return details
	case "input_tokens":
		return inputTokens
	case "cache_read_input_tokens":
		return cacheRead
	case "cache_creation_input_tokens":
		return cacheWritten
	case "output_tokens", "completion_tokens":
		return outputTokens
	case "prompt_tokens", "promptTokenCount":
		return promptTokens
	case "candidatesTokenCount":
		return candidateTokens
	case "thoughtsTokenCount":
		return thoughtTokens
	case "cachedContentTokenCount":
		return cachedContent
	case "cached_tokens":
		return cachedTokens
	case "reasoning_tokens":
		return reasoningTokens
	}
	return other
}

// tokens are what was found so far.
func (r *reader) tokens() Tokens {
	c := &r.counts
	input := c[promptTokens]
	if input == 0 {
		input = c[inputTokens] + c[cacheRead] + c[cacheWritten]
	}
	return Tokens{
		Input: input, Cached: max(c[cacheRead], c[cachedTokens], c[cachedContent]), CacheWritten: c[cacheWritten],
		Output: c[outputTokens] + c[candidateTokens] + c[thoughtTokens], Reasoning: max(c[reasoningTokens], c[thoughtTokens]),
	}
}
