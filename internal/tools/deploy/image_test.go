package deploy

import (
	"bytes"
	"debug/elf"
	"encoding/json"
	"fmt"
	"io/fs"
	"math/rand/v2"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/moby/buildkit/frontend/dockerfile/instructions"
)

const dockerfile = "deploy/image/Dockerfile"

func mustImage(t testing.TB) image {
	t.Helper()
	img, complaints, err := readImage(mustRead(t, dockerfile))
	if err != nil || len(complaints) > 0 {
		t.Fatalf("%s: %v %q", dockerfile, err, complaints)
	}
	return img
}

func TestTheImageIsClosedAndNeedsNoNetwork(t *testing.T) {
	for _, wrong := range mustImage(t).judge() {
		t.Error(wrong)
	}
}

// The judge is tested as well: each of these is one change to our Dockerfile.
func TestAnImageThatIsOpenIsSeen(t *testing.T) {
	ours := mustRead(t, dockerfile)
	for name, change := range map[string][2]string{
		"another base":           {"FROM scratch", "FROM debian:12"},
		"a base of two stages":   {"FROM scratch", "FROM golang:1.26 AS build\nFROM scratch"},
		"root":                   {"USER 65532:65532", "USER 0:0"},
		"a user by name":         {"USER 65532:65532", "USER bot:bot"},
		"no user":                {"USER 65532:65532", ""},
		"no health check":        {"HEALTHCHECK", "#"},
		"a shell to check":       {`CMD ["/convenantbot", "healthcheck"]`, "CMD /convenantbot healthcheck"},
		"a shell to start":       {`ENTRYPOINT ["/convenantbot"]`, "ENTRYPOINT /convenantbot"},
		"something is run":       {"USER 65532:65532", "RUN echo\nUSER 65532:65532"},
		"something is fetched":   {"USER 65532:65532", "ADD https://example.org/x /x\nUSER 65532:65532"},
		"another image's file":   {"COPY --chmod=0555 convenantbot", "COPY --from=other convenantbot"},
		"a secret":               {"ENV ", "ENV CONVENANTBOT_KEY_MASTER=00 "},
		"a health check for now": {"--interval=30s ", ""},
	} {
		changed := strings.Replace(ours, change[0], change[1], 1)
		if changed == ours {
			t.Errorf("%s: the Dockerfile has no %q", name, change[0])
			continue
		}
		img, complaints, err := readImage(changed)
		if err == nil && len(complaints) == 0 && len(img.judge()) == 0 {
			t.Errorf("%s: nothing was seen", name)
		}
	}
}

func TestTheImageIsMadeOfWhatPrepareMakesAndOfNothingElse(t *testing.T) {
	dist := t.TempDir()
	program := mustProgram(t)
	if err := os.Symlink(program, filepath.Join(dist, "convenantbot")); err != nil {
		t.Fatal(err)
	}
	mustWrite(t, filepath.Join(dist, "image", "left-from-before"), "x")
	authorities := filepath.Join(t.TempDir(), "list.crt")
	mustWrite(t, authorities, "-----BEGIN CERTIFICATE-----\n")
	mustRun(t, []string{"AUTHORITIES=" + authorities}, "deploy/image/prepare.sh", dist)

	var found []string
	err := filepath.WalkDir(filepath.Join(dist, "image"), func(path string, e fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		info, err := e.Info()
		rel, _ := filepath.Rel(dist, path)
		found = append(found, fmt.Sprintf("%s %s", info.Mode(), rel))
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	want := []string{
		"drwxr-xr-x image",
		"-rw-r--r-- image/Dockerfile",
		"-rw-r--r-- image/ca-certificates.crt",
		"-rwxr-xr-x image/convenantbot",
		"drwxr-xr-x image/writable",
		"dtrwxrwxrwx image/writable/tmp",
		"drwxr-xr-x image/writable/var",
		"drwxr-xr-x image/writable/var/lib",
		"drwx------ image/writable/var/lib/convenantbot",
	}
	if !slices.Equal(found, want) {
		t.Errorf("prepare.sh made:\n%s\nwant:\n%s", strings.Join(found, "\n"), strings.Join(want, "\n"))
	}
	for _, c := range mustImage(t).cmds {
		if c, ok := c.(*instructions.CopyCommand); ok {
			for _, source := range c.SourcePaths {
				if _, err := os.Stat(filepath.Join(dist, "image", source)); err != nil {
					t.Errorf("the Dockerfile copies what is not there: %v", err)
				}
			}
		}
	}
	if _, err := try(t, []string{"AUTHORITIES=/nowhere"}, "deploy/image/prepare.sh", dist); err == nil {
		t.Error("without a list of authorities it made an image that trusts nobody")
	}
	empty := t.TempDir()
	mustWrite(t, filepath.Join(empty, "convenantbot"), "#!/bin/sh\n")
	if _, err := try(t, nil, "deploy/image/prepare.sh", empty); err == nil {
		t.Error("it took a script for the program")
	}
}

func TestTheProgramIsStatic(t *testing.T) {
	file, err := elf.Open(mustProgram(t))
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	for _, p := range file.Progs {
		if p.Type == elf.PT_INTERP || p.Type == elf.PT_DYNAMIC {
			t.Errorf("the program has a segment %v: an empty image cannot load it", p.Type)
		}
	}
}

// chatServer answers what a bot asks of Mattermost when it starts.
func chatServer(t *testing.T) string {
	t.Helper()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		if strings.Contains(r.URL.Path, "/teams/name/") {
			_ = json.NewEncoder(w).Encode(map[string]string{"id": "t0000000000000000000000001", "name": "x"})
			return
		}
		http.Error(w, `{"id": "none", "status_code": 404}`, http.StatusNotFound)
	}))
	t.Cleanup(server.Close)
	return server.URL
}

// mustPort returns a loopback address on which nothing listens, below the ports that
// the kernel gives to connections, and holds its name for as long as the process lives,
// so that no other test is given it meanwhile.
func mustPort(t *testing.T) string {
	t.Helper()
	for range 1000 {
		at := 10240 + rand.IntN(10000)
		name, err := net.Listen("unix", fmt.Sprintf("@convenantbot-test-port-%d", at))
		if err != nil {
			continue
		}
		l, err := net.Listen("tcp", fmt.Sprintf("127.0.0.1:%d", at))
		if err != nil {
			_ = name.Close()
			continue
		}
		defer l.Close()
		held.Store(at, name)
		return l.Addr().String()
	}
	t.Fatal("no port is free")
	return ""
}

// held are the names of the ports that were given out.
var held sync.Map

// settings are those of a bot alone, at a chat server that says little.
func settings(t *testing.T, listen, dir string) string {
	t.Helper()
	return fmt.Sprintf("listen: %q\ndata_dir: %q\nkey: {master: %q}\nmattermost: {url: %q, team: x, token: t, bridge_secret: %q, listen: %q}\npages: {listen: %q}\n",
		listen, dir, strings.Repeat("ab", 32), chatServer(t), strings.Repeat("s", 32), mustPort(t), mustPort(t))
}

// said collects what a process writes while it runs.
type said struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (s *said) Write(p []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.b.Write(p)
}

func (s *said) String() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.b.String()
}

// patient is how long a test waits for what must come about on a busy machine.
const patient = 2 * time.Minute

// TestTheImageRunsWithNothingButItsOwnFiles lays the image out in a folder and
// starts it there, as the account that it names and with a root that holds
// nothing else. An engine does more (it mounts /proc and takes rights away), and
// that is not tried here.
func TestTheImageRunsWithNothingButItsOwnFiles(t *testing.T) {
	if os.Geteuid() != 0 {
		t.Fatal("this test changes the root folder of a process, and so it needs root")
	}
	program := mustProgram(t)
	dist, dir := t.TempDir(), t.TempDir()
	for _, open := range []string{dir, filepath.Dir(dir)} {
		if err := os.Chmod(open, 0o755); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.Symlink(program, filepath.Join(dist, "convenantbot")); err != nil {
		t.Fatal(err)
	}
	mustRun(t, nil, "deploy/image/prepare.sh", dist)
	img := mustImage(t)
	if err := img.unpack(t.Context(), filepath.Join(dist, "image"), dir); err != nil {
		t.Fatal(err)
	}
	listen := mustPort(t)
	config := filepath.Join(dir, "etc/convenantbot/convenantbot.yaml")
	mustWrite(t, config, settings(t, listen, "/var/lib/convenantbot"))
	if err := os.Chown(config, 65532, 65532); err != nil {
		t.Fatal(err)
	}
	entry, _ := find[*instructions.EntrypointCommand](img)
	start, _ := find[*instructions.CmdCommand](img)
	health, _ := find[*instructions.HealthCheckCommand](img)
	in := func(args ...string) (*exec.Cmd, *said) {
		// The addresses of the image are for a network of its own; here they are the file's.
		var env []string
		for _, pair := range img.environment() {
			if !strings.Contains(pair, "LISTEN=") {
				env = append(env, pair)
			}
		}
		out := &said{}
		cmd := exec.Command(args[0], args[1:]...)
		cmd.Path, cmd.Env, cmd.Dir, cmd.Stdout, cmd.Stderr = args[0], env, "/", out, out
		cmd.SysProcAttr = &syscall.SysProcAttr{Chroot: dir, Credential: &syscall.Credential{Uid: 65532, Gid: 65532}, Pdeathsig: syscall.SIGKILL}
		return cmd, out
	}
	bot, log := in(append(slices.Clone(entry.CmdLine), start.CmdLine...)...)
	if err := bot.Start(); err != nil {
		t.Fatalf("start %q: %v", append(slices.Clone(entry.CmdLine), start.CmdLine...), err)
	}
	ended := make(chan error, 1)
	go func() { ended <- bot.Wait() }()
	t.Cleanup(func() {
		_ = bot.Process.Kill()
		if t.Failed() {
			t.Log(log.String())
		}
	})
	check := func() (int, string) {
		cmd, out := in(health.Health.Test[1:]...)
		_ = cmd.Run()
		return cmd.ProcessState.ExitCode(), out.String()
	}
	code, what := check()
	for end := time.Now().Add(patient); code != 0; code, what = check() {
		if time.Now().After(end) {
			t.Fatalf("the health check says %d %s", code, what)
		}
		select {
		case err := <-ended:
			t.Fatalf("the bot ended: %v", err)
		case <-time.After(100 * time.Millisecond):
		}
	}
	if !strings.Contains(what, `"state":"ready"`) {
		t.Errorf("the health check says %s", what)
	}
	if info, err := os.Stat(filepath.Join(dir, "var/lib/convenantbot/convenantbot.db")); err != nil || info.Mode().Perm()&0o077 != 0 {
		t.Errorf("its database: %v, %v; want it there and for its account alone", info, err)
	}
	if err := bot.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	select {
	case err := <-ended:
		if err != nil {
			t.Errorf("told to stop it ended with %v", err)
		}
	case <-time.After(patient):
		t.Fatal("told to stop it goes on")
	}
	if code, what := check(); code != 3 {
		t.Errorf("the health check of a bot that stopped: %d %s, want 3", code, what)
	}
}
