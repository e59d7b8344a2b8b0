package testserver

import (
	"crypto/sha256"
	"encoding/hex"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"testing"
)

var node struct {
	once sync.Once
	dir  string
	err  error
}

// NodeTools returns the folder node_modules with the tools of internal/tools/npm:
// axe-core (axe-core/axe.min.js) and emulate (.bin/emulate), in the versions of
// its lock file. Where they are not yet in the user's cache folder, npm fetches
// them; several processes at once do that once.
func NodeTools(t testing.TB) string {
	t.Helper()
	for _, program := range []string{"node", "npm"} {
		if _, err := exec.LookPath(program); err != nil {
			t.Fatalf("%s is needed and is not there: %v\ninstall it with: apt-get install nodejs npm", program, err)
		}
	}
	node.once.Do(func() { node.dir, node.err = nodeTools() })
	if node.err != nil {
		t.Fatalf("fetch the tools from npm: %v", node.err)
	}
	return node.dir
}

func nodeTools() (string, error) {
	root, err := run("", "go", "list", "-m", "-f", "{{.Dir}}", "github.com/convenantbot/convenantbot")
	if err != nil {
		return "", err
	}
	from := filepath.Join(root, "internal", "tools", "npm")
	lock, err := os.ReadFile(filepath.Join(from, "package-lock.json"))
	if err != nil {
		return "", err
	}
	sum := sha256.Sum256(lock)
	dir, err := cacheDir("npm-" + hex.EncodeToString(sum[:])[:16])
	if err != nil {
		return "", err
	}
	free, err := onlyOne(dir)
	if err != nil {
		return "", err
	}
	defer free()
	modules := filepath.Join(dir, "node_modules")
	if _, err := os.Stat(filepath.Join(dir, "whole")); err == nil {
		return modules, nil
	}
	for _, name := range []string{"package.json", "package-lock.json"} {
		b, err := os.ReadFile(filepath.Join(from, name))
		if err != nil {
			return "", err
		}
		if err := os.WriteFile(filepath.Join(dir, name), b, 0o644); err != nil {
			return "", err
		}
	}
	if _, err := fetch(dir, "npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund"); err != nil {
		return "", err
	}
	// Written last: a folder without it was left halfway.
	return modules, os.WriteFile(filepath.Join(dir, "whole"), nil, 0o644)
}
