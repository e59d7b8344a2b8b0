package testserver

import (
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"sync"
	"testing"
)

var bundled struct {
	mu   sync.Mutex
	path map[string]string // by build tags, without what it ends in
}

// Bundle makes the bundles of the plugins for this machine, once for each set of
// build tags in a test process, and returns the path of the first plugin's.
func Bundle(t testing.TB, tags string) string {
	t.Helper()
	return bundles(t, tags) + ".tar.gz"
}

// SentryBundle is Bundle for the second plugin.
func SentryBundle(t testing.TB, tags string) string {
	t.Helper()
	return bundles(t, tags) + "-sentry.tar.gz"
}

// bundles returns the path of both bundles without what they end in.
func bundles(t testing.TB, tags string) string {
	t.Helper()
	bundled.mu.Lock()
	defer bundled.mu.Unlock()
	if path, ok := bundled.path[tags]; ok {
		return path
	}
	root, err := run("", "go", "list", "-m", "-f", "{{.Dir}}", "github.com/convenantbot/convenantbot")
	if err != nil {
		t.Fatalf("find the module: %v", err)
	}
	all, err := Scratch() // another process may be of another state of the source
	if err != nil {
		t.Fatalf("a folder for the plugin's bundle: %v", err)
	}
	name := "plugin"
	if tags != "" {
		name += "-" + tags
	}
	path := filepath.Join(all, name)
	if _, err := run(root, "go", "run", "./cmd/mattermost-plugin/bundle", "-arch", runtime.GOARCH, "-tags", tags, "-fast",
		"-out", path+".tar.gz", "-sentry", path+"-sentry.tar.gz"); err != nil {
		t.Fatalf("make the plugin's bundle: %v", err)
	}
	if bundled.path == nil {
		bundled.path = map[string]string{}
	}
	bundled.path[tags] = path
	return path
}

// OtherPlugin makes the bundle of a plugin that is a test's own, from the
// package in this folder, and returns its path.
func OtherPlugin(t testing.TB, folder, id string) string {
	t.Helper()
	dir := t.TempDir()
	name := "plugin-linux-" + runtime.GOARCH
	if _, err := run(folder, "go", "build", "-trimpath", "-o", filepath.Join(dir, name), "."); err != nil {
		t.Fatalf("build a plugin: %v", err)
	}
	manifest := fmt.Sprintf(`{"id":%q,"name":"Other","version":"0.0.1","server":{"executables":{"linux-%s":"%s"}}}`, id, runtime.GOARCH, name)
	if err := os.WriteFile(filepath.Join(dir, "plugin.json"), []byte(manifest), 0o600); err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(dir, "other.tar.gz")
	if _, err := run(dir, "tar", "-czf", path, "--transform", "s,^,"+id+"/,", "plugin.json", name); err != nil {
		t.Fatalf("pack a plugin: %v", err)
	}
	return path
}
