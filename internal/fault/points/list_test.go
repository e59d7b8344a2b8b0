package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestTheCommittedListIsFresh(t *testing.T) {
	want, err := List("../../..")
	if err != nil {
		t.Fatal(err)
	}
	got, err := os.ReadFile("../points.txt")
	if err != nil {
		t.Fatal(err)
	}
	if string(got) != want {
		t.Errorf("points.txt is not what is in the code; run go generate ./internal/fault.\ncommitted:\n%s\nin the code:\n%s", got, want)
	}
}

// source is a file that imports the package of failpoints under a local name.
func source(local, body string) string {
	return "package p\nimport " + local + " \"" + faultPath + "\"\nfunc f() { " + body + " }\n"
}

func TestList(t *testing.T) {
	tests := []struct {
		name, file, source string
		want               string // the line listed, or empty
		wantErr            string
	}{
		{"a point", "a.go", source("", `fault.Point("open.after_create")`), "open.after_create a.go", ""},
		{"a hit", "a.go", source("", `fault.Hit("open")`), "open a.go", ""},
		{"under another name", "a.go", source("x", `x.Hit("open")`), "open a.go", ""},
		{"in a test", "a_test.go", source("", `fault.Point("open")`), "", ""},
		{"in testdata", "testdata/a.go", source("", `fault.Point("open")`), "", ""},
		{"another package's Point", "a.go", "package p\nimport \"image\"\nvar _ = image.Point{}\nfunc f() { fault.Point(\"no\") }", "", ""},
		{"not a literal", "a.go", source("", `fault.Point(name)`), "", "a.go:3: the name of a point must be a literal"},
		{"capitals", "a.go", source("", `fault.Point("Open")`), "", "lower case"},
		{"twice", "a.go", source("", `fault.Point("a"); fault.Hit("a")`), "", "also in"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			root := t.TempDir()
			path := filepath.Join(root, test.file)
			if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(path, []byte(test.source), 0o644); err != nil {
				t.Fatal(err)
			}
			list, err := List(root)
			if test.wantErr != "" {
				if err == nil || !strings.Contains(err.Error(), test.wantErr) {
					t.Fatalf("List = %v, want an error with %q", err, test.wantErr)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			_, lines, _ := strings.Cut(list, "\n")
			if got := strings.TrimSpace(lines); got != test.want {
				t.Errorf("List = %q, want %q", got, test.want)
			}
		})
	}
}
