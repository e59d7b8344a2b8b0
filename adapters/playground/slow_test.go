package playground_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"testing"
)

// Found in a review of security: whoever asked for a page of a training and took
// nothing of it kept its line for ever. The term is minutes, as an upload is answered
// within it, so that this looks at the server as the code has it.
func TestWhoTakesNothingOfATrainingIsCutOff(t *testing.T) {
	file, err := parser.ParseFile(token.NewFileSet(), "chat.go", nil, 0)
	if err != nil {
		t.Fatal(err)
	}
	servers, bounded := 0, 0
	ast.Inspect(file, func(n ast.Node) bool {
		lit, ok := n.(*ast.CompositeLit)
		if !ok {
			return true
		}
		if sel, ok := lit.Type.(*ast.SelectorExpr); !ok || sel.Sel.Name != "Server" {
			return true
		}
		servers++
		for _, e := range lit.Elts {
			if kv, ok := e.(*ast.KeyValueExpr); ok && kv.Key.(*ast.Ident).Name == "WriteTimeout" {
				bounded++
			}
		}
		return true
	})
	if servers != 1 || bounded != servers {
		t.Errorf("%d servers, of which %d have a term within which an answer is taken", servers, bounded)
	}
}
