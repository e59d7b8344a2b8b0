package testserver

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"time"
)

// serverModule is the module of the real server; its folder has the files that
// the server wants in its working directory.
const serverModule = "github.com/mattermost/mattermost/server/v8"

var built struct {
	once     sync.Once
	binary   string
	files    string
	buildErr error
}

// Build returns the path of the server's binary and of the folder with its
// i18n, templates and fonts. It builds when the cache has no binary for this
// state of the module; several processes at once build it once.
func Build() (binary, files string, err error) {
	built.once.Do(func() { built.binary, built.files, built.buildErr = build() })
	return built.binary, built.files, built.buildErr
}

func build() (binary, files string, err error) {
	root, err := run("", "go", "list", "-m", "-f", "{{.Dir}}", "github.com/convenantbot/convenantbot")
	if err != nil {
		return "", "", err
	}
	dir := filepath.Join(root, "internal", "testserver", "mattermost")
	sum := sha256.New()
	for _, name := range []string{"go.mod", "go.sum", "main.go"} {
		b, err := os.ReadFile(filepath.Join(dir, name))
		if err != nil {
			return "", "", err
		}
		sum.Write(b)
	}
	files, err = run(dir, "go", "list", "-mod=mod", "-m", "-f", "{{.Dir}}", serverModule)
	if err == nil && files == "" {
		// Not downloaded yet; the build below would do it, but we need the folder.
		if _, err = fetch(dir, "go", "mod", "download", serverModule); err == nil {
			files, err = run(dir, "go", "list", "-mod=mod", "-m", "-f", "{{.Dir}}", serverModule)
		}
	}
	if err != nil {
		return "", "", err
	}
	if binary = os.Getenv("CONVENANTBOT_MATTERMOST"); binary != "" {
		_, err = os.Stat(binary)
		return binary, files, err
	}
	into, err := cacheDir("mattermost-" + hex.EncodeToString(sum.Sum(nil))[:16])
	if err != nil {
		return "", "", err
	}
	binary = filepath.Join(into, "mattermost")
	free, err := onlyOne(into)
	if err != nil {
		return "", "", err
	}
	defer free()
	if _, err := os.Stat(binary); err == nil {
		return binary, files, nil
	}
	fmt.Fprintln(os.Stderr, "testserver: building the Mattermost server, once; this takes about three minutes")
	partial := binary + ".partial"
	if _, err := fetch(dir, "go", "build", "-mod=mod", "-trimpath", "-buildvcs=false", "-o", partial, "."); err != nil {
		return "", "", err
	}
	return binary, files, os.Rename(partial, binary)
}

// cacheDir makes and returns a folder of ours in the user's cache.
func cacheDir(name string) (string, error) {
	cache, err := os.UserCacheDir()
	if err != nil {
		return "", err
	}
	dir := filepath.Join(cache, "convenantbot", name)
	return dir, os.MkdirAll(dir, 0o755)
}

// onlyOne waits until no other process is at work in the folder. free lets the
// next one in, and so does the end of this process.
func onlyOne(dir string) (free func(), err error) {
	lock, err := os.OpenFile(filepath.Join(dir, "lock"), os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return nil, err
	}
	if err := syscall.Flock(int(lock.Fd()), syscall.LOCK_EX); err != nil {
		return nil, errors.Join(err, lock.Close())
	}
	return func() { _ = lock.Close() }, nil
}

// fetch is run for what needs the network: a line that drops for a moment is no reason
// to fail, so it is tried three times.
func fetch(dir, name string, args ...string) (said string, err error) {
	for wait := 2 * time.Second; ; wait *= 5 {
		if said, err = run(dir, name, args...); err == nil || wait > 10*time.Second {
			return said, err
		}
		fmt.Fprintf(os.Stderr, "testserver: %s %s failed, once more: %v\n", name, args[0], err)
		time.Sleep(wait)
	}
}

func run(dir, name string, args ...string) (string, error) {
	cmd := exec.Command(name, args...)
	cmd.Dir = dir
	cmd.Env = append(os.Environ(), "GOFLAGS=-buildvcs=false", "CGO_ENABLED=0")
	var errs strings.Builder
	cmd.Stderr = &errs
	out, err := cmd.Output()
	if err != nil {
		return "", errors.Join(fmt.Errorf("%s %s: %w", name, strings.Join(args, " "), err), errors.New(errs.String()))
	}
	return strings.TrimSpace(string(out)), nil
}
