package messages_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"testing"
)

// fmt prints the fields of an event as they came, unless its type says what to
// print.
func TestEveryEventIsPrintedByItsString(t *testing.T) {
	events, printed := map[string]bool{}, map[string]bool{}
	files := token.NewFileSet()
	for _, name := range []string{"events.go", "events_text.go"} {
		file, err := parser.ParseFile(files, name, nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		for _, decl := range file.Decls {
			note(decl, events, printed)
		}
	}
	for name := range events {
		if !printed[name] {
			t.Errorf("%s has no String: add it to events_text.go", name)
		}
	}
	if len(events) < 20 {
		t.Errorf("only %d events were found", len(events))
	}
}

// note keeps the types that embed an Occurrence, and those that have a String.
func note(decl ast.Decl, events, printed map[string]bool) {
	switch d := decl.(type) {
	case *ast.FuncDecl:
		if on, ok := receiver(d); ok && d.Name.Name == "String" {
			printed[on] = true
		}
	case *ast.GenDecl:
		for _, spec := range d.Specs {
			if of, ok := spec.(*ast.TypeSpec); ok && embedsOccurrence(of) {
				events[of.Name.Name] = true
			}
		}
	}
}

func receiver(f *ast.FuncDecl) (string, bool) {
	if f.Recv == nil {
		return "", false
	}
	on, ok := f.Recv.List[0].Type.(*ast.Ident)
	if !ok {
		return "", false
	}
	return on.Name, true
}

func embedsOccurrence(of *ast.TypeSpec) bool {
	body, ok := of.Type.(*ast.StructType)
	if !ok || len(body.Fields.List) == 0 {
		return false
	}
	first := body.Fields.List[0]
	embedded, ok := first.Type.(*ast.Ident)
	return ok && len(first.Names) == 0 && embedded.Name == "Occurrence"
}
