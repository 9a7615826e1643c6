package account

// OriginFormat says which program's file a login was found in.
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

// Origin is where a login was found, and is read again while it is [Linked].
type Origin struct {
	Format OriginFormat
	// Path is the file, Key the login within it.
	Path string
	Key  string
}
