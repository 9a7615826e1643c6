package docs_test

import (
	"bytes"
	"fmt"
	"go/ast"
	"go/build"
	"go/doc"
	"go/format"
	"go/parser"
	"go/printer"
	"go/token"
	"maps"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// apiPackage is the public face of one package.
type apiPackage struct {
	path  string
	name  string
	files *token.FileSet
	decls []apiDecl
	// imports are the module's packages by the names that the source gives them.
	imports map[string]string
}

// apiDecl is one exported declaration, without comments and bodies.
type apiDecl struct {
	names []string
	node  ast.Decl
}

// use is a name of this module that a declaration mentions.
type use struct{ by, path, name string }

// listing is the public face of all covered packages.
func listing(t *testing.T) string {
	t.Helper()
	var b strings.Builder
	b.WriteString("The public face: what semantic versioning covers; see versioning.md.\nMade by go test ./tests/docs -update; do not edit.\n")
	all := covered()
	for _, path := range slices.Sorted(maps.Keys(all)) {
		p := loadAPI(t, path, all[path])
		fmt.Fprintf(&b, "\npackage %s // import %q\n\n", p.name, filepath.ToSlash(filepath.Join(module, path)))
		for _, d := range p.decls {
			b.WriteString(p.text(t, d.node) + "\n")
		}
	}
	return b.String()
}

// loadAPI reads a package as it is built for Linux; names, when there are any, are
// those that count.
func loadAPI(t *testing.T, path string, names []string) *apiPackage {
	t.Helper()
	folder := filepath.Join("..", "..", path)
	target := build.Default
	target.GOOS, target.GOARCH, target.CgoEnabled = "linux", "amd64", false
	found, err := target.ImportDir(folder, 0)
	if err != nil {
		t.Fatal(err)
	}
	p := &apiPackage{path: path, name: found.Name, files: token.NewFileSet(), imports: map[string]string{}}
	var sources []*ast.File
	for _, name := range found.GoFiles {
		file, err := parser.ParseFile(p.files, filepath.Join(folder, name), nil, parser.SkipObjectResolution)
		if err != nil {
			t.Fatal(err)
		}
		p.note(file.Imports)
		sources = append(sources, file)
	}
	documented, err := doc.NewFromFiles(p.files, sources, module)
	if err != nil {
		t.Fatal(err)
	}
	p.collect(documented)
	if names != nil {
		p.decls = slices.DeleteFunc(p.decls, func(d apiDecl) bool {
			return !slices.ContainsFunc(d.names, func(name string) bool { return slices.Contains(names, name) })
		})
	}
	for _, name := range names {
		if !p.has(name) {
			t.Errorf("package %s has no %s any more", path, name)
		}
	}
	return p
}

func (p *apiPackage) note(imports []*ast.ImportSpec) {
	for _, i := range imports {
		full, _ := strconv.Unquote(i.Path.Value)
		path, ours := strings.CutPrefix(full, module)
		if !ours {
			continue
		}
		name := filepath.Base(full)
		if i.Name != nil {
			name = i.Name.Name
		}
		if path = strings.TrimPrefix(path, "/"); path == "" {
			path = "."
		}
		p.imports[name] = path
	}
}

// collect takes the declarations in the order of their names: constants and
// variables, functions, then types with what belongs to them.
func (p *apiPackage) collect(d *doc.Package) {
	p.values(d.Consts, "")
	p.values(d.Vars, "")
	p.funcs(d.Funcs, "")
	for _, t := range d.Types {
		p.add(t.Decl, t.Name)
		p.values(t.Consts, t.Name)
		p.values(t.Vars, t.Name)
		p.funcs(t.Funcs, "")
		p.funcs(t.Methods, t.Name)
	}
}

// values adds groups of constants or variables; those of a type count when it does.
func (p *apiPackage) values(all []*doc.Value, of string) {
	for _, v := range all {
		names := v.Names
		if of != "" {
			names = append([]string{of}, names...)
		}
		p.add(v.Decl, names...)
	}
}

// funcs adds functions, or the methods of a type, which count when it does.
func (p *apiPackage) funcs(all []*doc.Func, of string) {
	for _, f := range all {
		if of == "" {
			p.add(f.Decl, f.Name)
		} else if f.Level == 0 {
			p.add(f.Decl, of)
		}
	}
}

func (p *apiPackage) add(node ast.Decl, names ...string) {
	ast.Inspect(node, strip)
	p.decls = append(p.decls, apiDecl{names: names, node: node})
}

// strip takes the comments off a node, and what else may change freely.
func strip(n ast.Node) bool {
	switch n := n.(type) {
	case *ast.GenDecl:
		n.Doc = nil
	case *ast.FuncDecl:
		n.Doc, n.Body = nil, nil
	case *ast.TypeSpec:
		n.Doc, n.Comment = nil, nil
	case *ast.ValueSpec:
		n.Doc, n.Comment = nil, nil
	case *ast.CallExpr:
		n.Args = nil // the text of an error
	case *ast.Field:
		n.Doc, n.Comment = nil, nil
	}
	return true
}

// text is a declaration as gofmt would have it without its comments.
func (p *apiPackage) text(t *testing.T, node ast.Decl) string {
	t.Helper()
	var b bytes.Buffer
	if err := printer.Fprint(&b, p.files, node); err != nil {
		t.Fatal(err)
	}
	formatted, err := format.Source(regexp.MustCompile(`\n\s*\n`).ReplaceAll(b.Bytes(), []byte("\n")))
	if err != nil {
		t.Fatalf("%v\n%s", err, &b)
	}
	return string(formatted)
}

// has reports whether a name is part of the package's face.
func (p *apiPackage) has(name string) bool {
	return slices.ContainsFunc(p.decls, func(d apiDecl) bool { return slices.Contains(d.names, name) })
}

// uses returns the exported names of this module that the declarations mention.
func (p *apiPackage) uses() []use {
	var all []use
	for _, d := range p.decls {
		ast.Inspect(d.node, func(n ast.Node) bool {
			switch n := n.(type) {
			case *ast.SelectorExpr:
				if from, ok := n.X.(*ast.Ident); ok && p.imports[from.Name] != "" {
					all = append(all, use{by: d.names[0], path: p.imports[from.Name], name: n.Sel.Name})
				}
				return false
			case *ast.Field:
				all = append(all, p.usesOf(d, n.Type)...)
			case *ast.TypeSpec:
				all = append(all, p.usesOf(d, n.Type)...)
			case *ast.ValueSpec:
				all = append(all, p.usesOf(d, n.Type)...)
			}
			return true
		})
	}
	return all
}

// usesOf returns the package's own exported names in a type.
func (p *apiPackage) usesOf(d apiDecl, of ast.Expr) []use {
	for {
		switch e := of.(type) {
		case *ast.StarExpr:
			of = e.X
		case *ast.ArrayType:
			of = e.Elt
		case *ast.Ellipsis:
			of = e.Elt
		case *ast.MapType:
			of = e.Value
		case *ast.Ident:
			if e.IsExported() {
				return []use{{by: d.names[0], path: p.path, name: e.Name}}
			}
			return nil
		default:
			return nil
		}
	}
}
