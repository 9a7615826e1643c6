package account

// OriginFormat says which program wrote the file of a login.
type OriginFormat string

// The formats.
const (
	// FromOpenCode: OpenCode's auth.json.
	FromOpenCode OriginFormat = "opencode"
	// FromCodex: the Codex command line's auth.json.
	FromCodex OriginFormat = "codex"
	// FromClaudeCode: Claude Code's .credentials.json.
	FromClaudeCode OriginFormat = "claude-code"
	// FromMultiAccountCore: a file of multi-account-core.
	FromMultiAccountCore OriginFormat = "multi-account-core"
)

// Origin is where a login was found. It is read again while the login is
// Linked.
type Origin struct {
	Format OriginFormat
	// Path is the file, Key is the login in it.
	Path string
	Key  string
}
