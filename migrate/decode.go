package migrate

import "bytes"

// The names of the providers, as their packages give them.
const (
	anthropicName = "anthropic"
	openaiName    = "openai"
)

// decode recognises the program by the members of the file.
func (c *Contents) decode(data []byte) error {
	data, err := withoutMark(data)
	if err != nil {
		return err
	}
	file := objectOf(data)
	switch {
	case file == nil:
		return ErrJSON
	case len(file.members) == 0:
		return &sourceError{"it is empty, as after a logout: log in with the program first", ErrFormat}
	case file.names("version") && file.names("accounts"):
		return c.decodeCore(file)
	case file.names("claudeAiOauth", "mcpOAuth", "oauthAccount"):
		c.decodeClaude(file)
		return nil
	case file.names("tokens", "OPENAI_API_KEY", "auth_mode", "personal_access_token", "agent_identity"):
		c.decodeCodex(file)
		return nil
	}
	return c.decodeOpenCode(file)
}

// sourceError says why a file is of no use. It holds nothing of the content.
type sourceError struct {
	problem string
	// kind is ErrFormat or ErrJSON.
	kind error
}

func (e *sourceError) Error() string { return e.problem }
func (e *sourceError) Unwrap() error { return e.kind }

// withoutMark returns the text without the byte order mark that editors of
// Windows put before it. Text of more than one byte a character is refused: the
// programs themselves cannot read it.
func withoutMark(data []byte) ([]byte, error) {
	data = bytes.TrimPrefix(data, []byte("\xef\xbb\xbf"))
	beginning := data[:min(len(data), len("{\x00"))]
	switch {
	case bytes.HasPrefix(data, []byte("\xff\xfe")), bytes.HasPrefix(data, []byte("\xfe\xff")), bytes.ContainsRune(beginning, 0):
		return nil, &sourceError{"it is UTF-16 or UTF-32 text: save it as UTF-8", ErrJSON}
	case len(bytes.TrimSpace(data)) == 0:
		return nil, &sourceError{"it is empty", ErrJSON}
	}
	return data, nil
}
