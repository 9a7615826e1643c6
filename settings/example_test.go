package settings_test

import (
	"fmt"
	"os"
	"path/filepath"

	"github.com/seed-810f1486/multiaccount/settings"
)

func ExampleLoad() {
	dir, err := os.MkdirTemp("", "multiaccount")
	if err != nil {
		fmt.Println(err)
		return
	}
	defer func() { _ = os.RemoveAll(dir) }()
	path := filepath.Join(dir, settings.FileName)
	content := `{
		"max_wait_ms": 10000,
		"providers": {"openai": {"account_selection_strategy": "round-robin"}}, // takes turns
	}`
	if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
		fmt.Println(err)
		return
	}

	s, err := settings.Load(path)
	if err != nil {
		fmt.Println(err) // lists every problem with its line
		return
	}
	fmt.Println(s.For("openai").AccountSelectionStrategy, s.For("anthropic").AccountSelectionStrategy, s.MaxWait)
	// Output: round-robin sticky 10s
}
