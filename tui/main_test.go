package tui_test

import (
	"context"
	"fmt"
	"os"
	"testing"

	"go.uber.org/goleak"

	"github.com/seed-810f1486/multiaccount/tui"
)

// TestMain also is the program that asks, on the terminal of a test.
func TestMain(m *testing.M) {
	if question := os.Getenv("TUI_ASKS"); question != "" {
		ask(question)
		return
	}
	goleak.VerifyTestMain(m)
}

func ask(question string) {
	on := tui.Terminal{In: os.Stdin, Out: os.Stdout}
	if question == "secret" || question == "secrets" {
		askSecrets(on, question == "secrets")
		return
	}
	if question == "select" {
		chosen, err := on.Select(context.Background(), "Which account?", tui.Option{Name: "work", Note: "Max"}, tui.Option{Name: "personal"})
		fmt.Printf("chosen %d, error %v\n", chosen, err)
		return
	}
	sure, err := on.Confirm(context.Background(), "Remove work?")
	fmt.Printf("sure %v, error %v\n", sure, err)
}

func askSecrets(on tui.Terminal, two bool) {
	first, err := on.Secret(context.Background(), "Key:")
	if !two {
		fmt.Printf("secret %q, error %v\n", first, err)
		return
	}
	second, err := on.Secret(context.Background(), "Once more:")
	fmt.Printf("secrets %q %q, error %v\n", first, second, err)
}
