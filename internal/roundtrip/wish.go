package roundtrip

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"hash"
	"io"
	"net/http"
	"strings"
	"unsafe"

	"github.com/tidwall/gjson"

	"github.com/seed-810f1486/multiaccount/account"
	"github.com/seed-810f1486/multiaccount/internal/coding"
	"github.com/seed-810f1486/multiaccount/providers"
)

// read reads what the request asks for: what its host does, then its headers,
// then its body. byAgent makes a sub-agent a conversation of its own.
func (r *request) read(byAgent bool) {
	asked := r.Asked(r.req.Context())
	wish := asked
	wish.Affinity = firstOf(asked.Affinity, sessionOf(r.req.Header))
	if keeper := r.Provider.Keeper; wish.Affinity == "" || wish.Model == "" || keeper != nil {
		reader := bodyReader{req: r.req, keeper: keeper, length: int(r.req.ContentLength), known: wish.Affinity != "" && wish.Model != ""}
		reader.readSpoken()
		wish.Model = firstOf(wish.Model, account.Tiered(reader.found.model, reader.found.tier), hintedModel(r.req.Header))
		wish.Affinity = firstOf(wish.Affinity, reader.found.conversation)
		wish.Named, r.makes, r.streams = reader.named, reader.makes, reader.found.stream
	}
	if asked.Affinity == "" && byAgent {
		wish.Affinity = ofAgent(wish.Affinity, r.req.Header)
	}
	wish.Affinity = ofCaller(asked.Caller, wish.Affinity)
	r.search = search{wish: wish, pin: wish.Pin}
}

// readSpoken reads the body of a request that can be sent again; one that is not
// there, or is not JSON, is as good as empty.
func (b *bodyReader) readSpoken() {
	if req := b.req; req.GetBody == nil || req.ContentLength <= 0 || !replayable(req) || !isJSON(req.Header) || !b.copied() {
		b.found = spoken{}
		b.look("")
	} else if !b.whole {
		b.read(b.pieces)
	}
}

// copied reports whether the whole body was written here.
func (b *bodyReader) copied() bool {
	body, err := b.req.GetBody()
	if err != nil {
		return false
	}
	_, err = io.Copy(b, body)
	return errors.Join(err, body.Close()) == nil
}

// bodyReader reads a body that is written to it. The readers of packages bytes
// and strings, as net/http has them for bodies, write all they have at once, and
// it is read where it is. Other bodies come in pieces and are copied once.
type bodyReader struct {
	req *http.Request
	// keeper may be nil.
	keeper providers.ResourceKeeper
	length int
	// known is set when what a body says of its conversation does not matter.
	known bool
	// named and makes are what the keeper says.
	named  []string
	makes  bool
	whole  bool
	found  spoken
	pieces []byte
}

// Write implements io.Writer.
func (b *bodyReader) Write(p []byte) (int, error) {
	if len(p) == b.length && b.pieces == nil {
		b.read(p)
		return len(p), nil
	}
	if b.pieces == nil {
		b.pieces = make([]byte, 0, b.length)
	}
	b.pieces = append(b.pieces, p...)
	return len(p), nil
}

// WriteString implements io.StringWriter.
func (b *bodyReader) WriteString(s string) (int, error) {
	return b.Write(unsafe.Slice(unsafe.StringData(s), len(s))) //nolint:gosec // only read
}

// decodedLimit is how much of a compressed body is read.
const decodedLimit = 8 << 20

// read keeps nothing of p, which is the writer's.
func (b *bodyReader) read(p []byte) {
	p = coding.Beginning(coding.Of(b.req.Header), p, decodedLimit)
	body := unsafe.String(unsafe.SliceData(p), len(p)) //nolint:gosec // whoever reads it keeps nothing
	b.whole = true
	if b.known {
		b.found.stream = gjson.Get(body, "stream").Type == gjson.True
	} else {
		b.found = readBody(body)
	}
	b.look(body)
}

func (b *bodyReader) look(body string) {
	if b.keeper != nil {
		b.named, b.makes = b.keeper.Named(b.req, body), b.keeper.Makes(b.req, body)
	}
}

// isJSON reports whether a body may be JSON that can be read: Codex compresses some
// with zstd.
func isJSON(h http.Header) bool {
	kind := h["Content-Type"]
	return (len(kind) == 0 || strings.Contains(kind[0], "json")) && coding.Known(coding.Of(h))
}

// spoken is what a body says of its conversation, and whether it asks for a
// stream.
type spoken struct {
	model, tier, conversation string
	stream                    bool
}

// readBody reads the request bodies of Anthropic's messages and OpenAI's
// responses and chat completions. What is not there, or is not JSON, is empty.
// The result shares nothing with body.
func readBody(body string) spoken {
	var model, tier, cacheKey, user, conversation string
	var messages gjson.Result
	var stream bool
	gjson.Parse(body).ForEach(func(key, v gjson.Result) bool {
		switch key.Str {
		case "model":
			model = text(v)
		case "speed", "service_tier":
			tier = firstOf(tier, tierOf(text(v)))
		case "stream":
			stream = v.Type == gjson.True
		case "prompt_cache_key":
			cacheKey = text(v)
		case "metadata":
			user = sessionOfUser(text(v.Get("user_id")))
		case "conversation":
			conversation = firstOf(text(v), text(v.Get("id")))
		case "messages", "input":
			if !messages.Exists() {
				messages = v
			}
		}
		return model == "" || cacheKey == "" || !stream // nothing comes before these
	})
	key := firstOf(cacheKey, user, conversation)
	if key == "" {
		key = hashOfFirst(messages)
	}
	return spoken{model: strings.Clone(model), tier: tier, conversation: strings.Clone(key), stream: stream}
}

// tierOf returns the speed tier that a request asks for by name, empty for the
// usual one: Anthropic's "speed", OpenAI's "service_tier".
func tierOf(asked string) string {
	switch asked {
	case "fast", "priority", "flex":
		return strings.Clone(asked)
	}
	return ""
}

// hashOfFirst stands for the conversation that began with the first message of
// the user's; an input may also be that text itself. It is empty when that
// message has no text.
func hashOfFirst(messages gjson.Result) string {
	h := textHash{Hash: sha256.New()}
	if messages.Type == gjson.String {
		h.add(messages)
		return h.digits()
	}
	messages.ForEach(func(_, m gjson.Result) bool {
		var role string
		var said gjson.Result
		m.ForEach(func(key, v gjson.Result) bool {
			switch key.Str {
			case "role":
				role = v.Str
			case "content":
				said = v
			}
			return true
		})
		if role == "user" {
			h.addContent(said)
		}
		return !h.any
	})
	return h.digits()
}

// textHash hashes texts as if they were one.
type textHash struct {
	hash.Hash
	any bool
}

// addContent adds the texts of a message. What else its parts say, as where to
// cache, may change from turn to turn.
func (h *textHash) addContent(v gjson.Result) {
	if !v.IsArray() {
		h.add(v)
		return
	}
	v.ForEach(func(_, part gjson.Result) bool {
		h.add(part.Get("text"))
		return true
	})
}

func (h *textHash) add(v gjson.Result) {
	said := text(v)
	_, _ = h.Write(unsafe.Slice(unsafe.StringData(said), len(said))) //nolint:gosec // only read
	h.any = h.any || said != ""
}

func (h *textHash) digits() string {
	if !h.any {
		return ""
	}
	return hex.EncodeToString(h.Sum(nil)[:affinityDigits/2])
}

func text(v gjson.Result) string {
	if v.Type != gjson.String {
		return ""
	}
	return v.String()
}

func firstOf(candidates ...string) string {
	for _, c := range candidates {
		if c != "" {
			return c
		}
	}
	return ""
}
