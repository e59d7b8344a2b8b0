package deploy

import (
	"crypto/sha256"
	"encoding/hex"
	"flag"
	"io/fs"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

var cleanFlag = flag.Bool("clean", false, "compile everything anew, in place of what the cache has")

// copySources copies what is under version control, as an archive would have it.
func copySources(t *testing.T, to string) {
	t.Helper()
	err := filepath.WalkDir(root, func(path string, e fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		rel, err := filepath.Rel(root, path)
		if err != nil {
			return err
		}
		if slices.Contains([]string{".git", "dist", "node_modules", "data"}, e.Name()) {
			if e.IsDir() {
				return filepath.SkipDir
			}
			return nil
		}
		if e.IsDir() {
			return os.MkdirAll(filepath.Join(to, rel), 0o755)
		}
		info, err := e.Info()
		if err != nil || !info.Mode().IsRegular() {
			return err
		}
		raw, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		return os.WriteFile(filepath.Join(to, rel), raw, info.Mode().Perm())
	})
	if err != nil {
		t.Fatal(err)
	}
}

// sumsOf are the sums of all files below dir, with their modes.
func sumsOf(t *testing.T, dir string) map[string]string {
	t.Helper()
	out := map[string]string{}
	err := filepath.WalkDir(dir, func(path string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() {
			return err
		}
		raw, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		info, err := e.Info()
		if err != nil {
			return err
		}
		sum := sha256.Sum256(raw)
		rel, err := filepath.Rel(dir, path)
		out[rel] = info.Mode().String() + " " + hex.EncodeToString(sum[:])
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func TestTheReleaseIsTheSameFromTwoFolders(t *testing.T) {
	keys := strings.Split(mustRun(t, goEnv(t), "go", "run", "-C", "internal/tools/deploy", "./release", "key", "release.example.org"), "\n")
	key, public := filepath.Join(t.TempDir(), "key"), keys[1]
	mustWrite(t, key, keys[0]+"\n")

	var made []map[string]string
	var last string
	for _, place := range []struct{ folder, umask, zone, lang string }{
		{"a", "022", "UTC", "C"},
		{"een andere map/met een langere naam", "077", "Asia/Tokyo", "nl_NL.UTF-8"},
	} {
		dir := filepath.Join(t.TempDir(), strings.ReplaceAll(place.folder, " ", "-"))
		copySources(t, dir)
		// The architecture of this machine: the others are made by the same rule.
		build := exec.CommandContext(t.Context(), "bash", "-c", "umask "+place.umask+"; exec make release VERSION=v0.0.1 ARCHES=\"$(go env GOHOSTARCH)\" KEY="+key)
		build.Dir = dir
		build.Env = append(goEnv(t), "PATH="+os.Getenv("PATH"), "TZ="+place.zone, "LANG="+place.lang, "USER="+place.umask, "HOME="+t.TempDir())
		if *cleanFlag {
			build.Env = append(build.Env, "GOCACHE="+t.TempDir())
		}
		if out, err := build.CombinedOutput(); err != nil {
			t.Fatalf("make release: %v\n%s", err, out)
		}
		last = filepath.Join(dir, "dist", "release")
		made = append(made, sumsOf(t, last))
	}
	for _, name := range slices.Sorted(maps.Keys(made[0])) {
		if made[0][name] != made[1][name] {
			t.Errorf("%s differs: %s, %s", name, made[0][name], made[1][name])
		}
	}
	if len(made[0]) != len(made[1]) || len(made[0]) < 13 {
		t.Errorf("%d and %d files", len(made[0]), len(made[1]))
	}
	for _, want := range []string{"man/convenantbot.1", "completion/convenantbot.bash", "completion/convenantbot.zsh", "completion/convenantbot.fish",
		"nl.convenantbot.tar.gz", "nl.convenantbot.wacht.tar.gz", "LICENSE", "convenantbot.yaml", "SHA256SUMS", "SHA256SUMS.note"} {
		if made[0][want] == "" {
			t.Errorf("there is no %s", want)
		}
	}
	if out := mustRun(t, nil, "bash", "-c", "cd "+last+" && sha256sum --check --strict --quiet SHA256SUMS"); out != "" {
		t.Errorf("sha256sum says %s", out)
	}
	mustRun(t, goEnv(t), "go", "run", "-C", "internal/tools/deploy", "./release", "verify", last, public)
	mustWrite(t, filepath.Join(last, "LICENSE"), "x")
	if out, err := try(t, goEnv(t), "go", "run", "-C", "internal/tools/deploy", "./release", "verify", last, public); err == nil {
		t.Errorf("with another file it was verified: %s", out)
	}
	programs, err := filepath.Glob(filepath.Join(last, "convenantbot-linux-*[0-9]"))
	if err != nil || len(programs) != 1 {
		t.Fatalf("programs %q, %v", programs, err)
	}
	if out := mustRun(t, nil, programs[0], "version"); !strings.HasPrefix(out, "convenantbot v0.0.1 (") {
		t.Errorf("the program says %s", out)
	}
	raw, err := os.ReadFile(programs[0])
	if err != nil {
		t.Fatal(err)
	}
	if strings.Contains(string(raw), t.TempDir()) || strings.Contains(string(raw), mustAbs(t, root)) {
		t.Error("the program holds the name of the folder that it was made in")
	}
}

// goEnv is what Go itself needs of the environment, and nothing of whose it is.
func goEnv(t *testing.T) []string {
	t.Helper()
	var out []string
	raw, err := exec.Command("go", "env", "GOCACHE", "GOMODCACHE", "GOPROXY", "GOSUMDB", "GOTOOLCHAIN", "GONOSUMDB").Output()
	if err != nil {
		t.Fatal(err)
	}
	values := strings.Split(string(raw), "\n")
	for i, name := range []string{"GOCACHE", "GOMODCACHE", "GOPROXY", "GOSUMDB", "GOTOOLCHAIN", "GONOSUMDB"} {
		if values[i] != "" {
			out = append(out, name+"="+values[i])
		}
	}
	return append(out, "GOPATH="+filepath.Dir(filepath.Dir(values[1])))
}
