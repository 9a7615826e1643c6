package multiaccount_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"slices"
	"strconv"
	"testing"

	"github.com/seed-810f1486/multiaccount"
	"github.com/seed-810f1486/multiaccount/account"
	"github.com/seed-810f1486/multiaccount/policy"
)

// What the engine can say of an attempt and what a host can compare it with are
// the same words.
func TestEveryWordOfAnAttemptIsAConstant(t *testing.T) {
	constants := constantsOf(t, "attempt.go")
	for kind, said := range map[string][]string{
		"AttemptClass": words(func(i uint8) string { return account.Class(i).String() }),
		"AttemptNext":  words(func(i uint8) string { return policy.Step(i).String() }),
	} {
		if got := constants[kind]; !slices.Equal(got, said) || len(said) < 4 {
			t.Errorf("the constants of %s are %q, the engine says %q", kind, got, said)
		}
	}
}

// Programs compare with plain words too.
func TestAttemptsCompareWithWords(t *testing.T) {
	a := multiaccount.Attempt{Class: "limited", Next: "next account"}
	if a.Class != multiaccount.AttemptLimited || a.Next != multiaccount.NextAccount {
		t.Errorf("%+v", a)
	}
}

// words returns what of says of 0, 1, 2 and so on, until it does not know.
func words(of func(uint8) string) []string {
	var all []string
	for i := uint8(0); of(i) != "unknown"; i++ {
		all = append(all, of(i))
	}
	return all
}

// constantsOf returns the values of a file's string constants, by their type.
func constantsOf(t *testing.T, path string) map[string][]string {
	t.Helper()
	file, err := parser.ParseFile(token.NewFileSet(), path, nil, 0)
	if err != nil {
		t.Fatal(err)
	}
	all := map[string][]string{}
	ast.Inspect(file, func(n ast.Node) bool {
		spec, ok := n.(*ast.ValueSpec)
		if !ok {
			return true
		}
		kind, typed := spec.Type.(*ast.Ident)
		value, literal := spec.Values[0].(*ast.BasicLit)
		if !typed || !literal {
			t.Fatalf("%s: %v is not a typed constant", path, spec.Names)
		}
		text, err := strconv.Unquote(value.Value)
		if err != nil {
			t.Fatal(err)
		}
		all[kind.Name] = append(all[kind.Name], text)
		return true
	})
	return all
}
