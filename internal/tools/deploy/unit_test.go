package deploy

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

const unitFile = "deploy/systemd/convenantbot.service"

// beInside makes the tests' own program a process that is bounded as the unit
// bounds it, and then the program that its arguments name.
const beInside = "CONVENANTBOT_INSIDE_UNIT"

func TestMain(m *testing.M) {
	if path := os.Getenv(beInside); path != "" {
		raw, err := os.ReadFile(path)
		if err == nil {
			var bounds []unix.SockFilter
			if err = json.Unmarshal(raw, &bounds); err == nil {
				err = become(bounds, os.Args[1:], []string{"PATH=/usr/bin:/bin"})
			}
		}
		fmt.Fprintln(os.Stderr, "inside:", err)
		os.Exit(99)
	}
	os.Exit(m.Run())
}

// mustUnit writes a unit whose program is there, so that it can be judged.
func mustUnit(t testing.TB, text string) string {
	t.Helper()
	dir := t.TempDir()
	path := filepath.Join(dir, "convenantbot.service")
	program := filepath.Join(dir, "convenantbot")
	mustWrite(t, program, "#!/bin/sh\n")
	if err := os.Chmod(program, 0o755); err != nil {
		t.Fatal(err)
	}
	// The account is made at the installation.
	mustWrite(t, path, strings.NewReplacer("/usr/local/bin/convenantbot", program, "User=convenantbot", "User=daemon", "Group=convenantbot", "Group=daemon", "man:convenantbot(1)", "https://example.org").Replace(text))
	return path
}

// verify asks systemd whether a unit is right; what it says is what is wrong.
func verify(t testing.TB, text string) string {
	t.Helper()
	out, err := try(t, nil, "systemd-analyze", "verify", "--man=no", mustUnit(t, text))
	var said []string
	for line := range strings.Lines(out) {
		// About other units of this machine, or none of them being there.
		if strings.Contains(line, "convenantbot.service") {
			said = append(said, line)
		}
	}
	if err != nil && len(said) == 0 {
		t.Fatalf("systemd-analyze verify: %v\n%s", err, out)
	}
	return strings.Join(said, "")
}

// exposure is how open systemd finds a unit, from 0 to 10.
func exposure(t testing.TB, text string) float64 {
	t.Helper()
	out, _ := try(t, nil, "systemd-analyze", "security", "--no-pager", "--offline=yes", mustUnit(t, text))
	found := regexp.MustCompile(`exposure level for \S+: ([0-9.]+)`).FindStringSubmatch(out)
	if found == nil {
		t.Fatalf("systemd-analyze security says no level:\n%s", out)
	}
	level, err := strconv.ParseFloat(found[1], 64)
	if err != nil {
		t.Fatal(err)
	}
	return level
}

// mostOpen is how open the unit may be, by systemd's own count from 0 to 10. What
// is left is that the bot is on a network, by addresses that differ per place.
const mostOpen = 1.2

func TestTheUnitIsRightAndClosed(t *testing.T) {
	text := mustRead(t, unitFile)
	if said := verify(t, text); said != "" {
		t.Errorf("systemd says:\n%s", said)
	}
	if level := exposure(t, text); level > mostOpen {
		t.Errorf("exposure %.1f, want at most %.1f", level, mostOpen)
	}
}

func TestAUnitThatIsWrongOrMoreOpenIsSeen(t *testing.T) {
	text := mustRead(t, unitFile)
	for name, change := range map[string][2]string{
		"a misspelt setting":    {"ProtectHome=", "ProtectHomes="},
		"a value that is none":  {"ProtectSystem=strict", "ProtectSystem=very"},
		"no program":            {"ExecStart=/usr/local/bin/convenantbot", "ExecStart=convenantbot/none"},
		"a call that is none":   {"@system-service seccomp", "@system-service secomp"},
		"capabilities":          {"CapabilityBoundingSet=\n", ""},
		"new privileges":        {"NoNewPrivileges=yes", "NoNewPrivileges=no"},
		"other users":           {"PrivateUsers=yes", "PrivateUsers=no"},
		"other processes":       {"ProtectProc=invisible", ""},
		"a writable system":     {"ProtectSystem=strict", "ProtectSystem=no"},
		"any call":              {"SystemCallFilter=@system-service seccomp landlock_create_ruleset landlock_add_rule landlock_restrict_self\nSystemCallFilter=~@privileged\n", ""},
		"any socket":            {"RestrictAddressFamilies=AF_INET AF_INET6 AF_UNIX\n", ""},
		"namespaces of its own": {"RestrictNamespaces=yes", "RestrictNamespaces=no"},
	} {
		changed := strings.Replace(text, change[0], change[1], 1)
		if changed == text {
			t.Errorf("%s: the unit has no %q", name, change[0])
			continue
		}
		if verify(t, changed) == "" && exposure(t, changed) <= mostOpen {
			t.Errorf("%s: nothing was seen", name)
		}
	}
}

// inside returns a command that runs bounded as the unit says: its calls to the
// kernel, and no memory that can be both written and run. The rest of the unit is
// about folders and accounts, which systemd alone sets up.
func inside(t *testing.T, u unit, args ...string) *exec.Cmd {
	t.Helper()
	names, err := u.calls()
	if err != nil {
		t.Fatal(err)
	}
	known, err := numbers()
	if err != nil {
		t.Fatal(err)
	}
	var allowed []uint32
	for _, name := range names {
		if n, here := known[name]; here {
			allowed = append(allowed, n)
		}
	}
	if len(allowed) < 150 {
		t.Fatalf("the unit allows %d calls; the reading of it is broken", len(allowed))
	}
	raw, err := json.Marshal(filter(allowed, known))
	if err != nil {
		t.Fatal(err)
	}
	list := filepath.Join(t.TempDir(), "calls")
	mustWrite(t, list, string(raw))
	cmd := exec.Command(os.Args[0], args...)
	cmd.Env = append(os.Environ(), beInside+"="+list)
	cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	return cmd
}

// document is what a child reads: a line about it, and its bytes.
func document(t *testing.T, name string, bytes []byte) string {
	t.Helper()
	head, err := json.Marshal(map[string]any{"name": name, "size": len(bytes), "page": 1})
	if err != nil {
		t.Fatal(err)
	}
	return string(head) + "\n" + string(bytes)
}

// aPDF is a page with a line on it. Its table of contents is left out, which
// readers mend.
const aPDF = `%PDF-1.4
1 0 obj <</Type/Catalog/Pages 2 0 R>> endobj
2 0 obj <</Type/Pages/Kids[3 0 R]/Count 1>> endobj
3 0 obj <</Type/Page/Parent 2 0 R/MediaBox[0 0 200 200]>> endobj
trailer <</Root 1 0 R>>
%%EOF
`

func TestDocumentsAreReadAndDrawnWithinTheUnit(t *testing.T) {
	u := readUnit(mustRead(t, unitFile))
	program := mustProgram(t)
	child := func(u unit, command, name, text string) (string, error) {
		cmd := inside(t, u, program, command)
		// A scanner asks for the name and the size alone.
		given := document(t, name, []byte(text))
		if command == "scan-document" {
			given = strings.Replace(given, `"page":1,`, "", 1)
		}
		cmd.Stdin = strings.NewReader(given)
		out, err := cmd.Output()
		var exit *exec.ExitError
		if errors.As(err, &exit) {
			err = fmt.Errorf("%w: %s", err, exit.Stderr)
		}
		first, _, _ := strings.Cut(string(out), "\n")
		return first, err
	}
	tests := []struct{ command, name, text, want string }{
		{"scan-document", "brief.txt", "Het gaat goed met Noor.", `"result":"clean"`},
		{"scan-document", "brief.txt", "Nummer 111222333.", `"result":"found"`},
		{"render-document", "brief.txt", "Het gaat goed met Noor.", `"pages":1`},
		{"render-document", "brief.pdf", aPDF, `"type":"image/`},
	}
	for _, test := range tests {
		if _, err := exec.LookPath("/usr/bin/pdftoppm"); err != nil && test.name == "brief.pdf" {
			// The package is advised and not needed; then the page says so.
			test.want = `"reason":"no_pdf"`
		}
		if got, err := child(u, test.command, test.name, test.text); err != nil || !strings.Contains(got, test.want) {
			t.Errorf("%s of %s: %q, %v; want %s", test.command, test.name, got, err, test.want)
		}
	}

	// The filter of before: without seccomp nothing could be drawn.
	before := readUnit(strings.Replace(mustRead(t, unitFile), "@system-service seccomp", "@system-service", 1))
	if got, err := child(before, "render-document", "brief.txt", "x"); err == nil && strings.Contains(got, `"pages":1`) {
		t.Error("a child that cannot bar itself drew all the same, or the filter is none")
	}
}

func TestTheBotServesWithinTheUnit(t *testing.T) {
	dir := t.TempDir()
	if err := os.Chmod(dir, 0o700); err != nil {
		t.Fatal(err)
	}
	config := filepath.Join(dir, "convenantbot.yaml")
	mustWrite(t, config, settings(t, mustPort(t), dir))
	u := readUnit(mustRead(t, unitFile))
	out := &said{}
	bot := inside(t, u, mustProgram(t), "serve", "--config", config)
	bot.Stdout, bot.Stderr = out, out
	if err := bot.Start(); err != nil {
		t.Fatal(err)
	}
	ended := make(chan error, 1)
	go func() { ended <- bot.Wait() }()
	t.Cleanup(func() { _ = bot.Process.Kill() })
	for end := time.Now().Add(patient); ; time.Sleep(100 * time.Millisecond) {
		answer, err := inside(t, u, mustProgram(t), "healthcheck", "--config", config).CombinedOutput()
		if err == nil {
			break
		}
		select {
		case err := <-ended:
			t.Fatalf("the bot ended: %v\n%s", err, out)
		default:
		}
		if time.Now().After(end) {
			t.Fatalf("the health check says %s\n%s", answer, out)
		}
	}
	if err := bot.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	if err := <-ended; err != nil {
		t.Errorf("told to stop it ended with %v\n%s", err, out)
	}
}

func TestTheUnitLetsTheBotReachWhatItNeedsAndNothingElse(t *testing.T) {
	u := readUnit(mustRead(t, unitFile))
	families := strings.Fields(strings.Join(u["RestrictAddressFamilies"], " "))
	// AF_UNIX is clamd's socket and the bot's own; a private network or a user
	// without groups would not stop it.
	if want := []string{"AF_INET", "AF_INET6", "AF_UNIX"}; !slices.Equal(families, want) {
		t.Errorf("families %q, want %q", families, want)
	}
	names, err := u.calls()
	if err != nil {
		t.Fatal(err)
	}
	for _, need := range []string{"seccomp", "prctl", "prlimit64", "execve", "connect", "fsync", "fdatasync"} {
		if !slices.Contains(names, need) {
			t.Errorf("%s is not allowed", need)
		}
	}
	for _, no := range []string{"mount", "ptrace", "bpf", "setuid", "kexec_load", "init_module", "reboot", "open_by_handle_at", "chroot"} {
		if slices.Contains(names, no) {
			t.Errorf("%s is allowed", no)
		}
	}
}
