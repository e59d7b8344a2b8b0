package testserver

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// A test process that is killed leaves nothing behind.
func TestTheFolderOfAKilledProcessGoes(t *testing.T) {
	const dies = "TESTSERVER_DIES"
	if os.Getenv(dies) != "" {
		dir, err := Scratch()
		if err == nil {
			err = os.MkdirAll(filepath.Join(dir, "plugin123", "x"), 0o700)
		}
		fmt.Println("in", dir, err)
		p, _ := os.FindProcess(os.Getpid())
		_ = p.Kill()
		select {}
	}
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(self, "-test.run", "^"+t.Name()+"$")
	above := t.TempDir()
	cmd.Env = append(os.Environ(), dies+"=yes", "TMPDIR="+above)
	out, _ := cmd.Output()
	if !strings.Contains(string(out), "in "+above) || !strings.Contains(string(out), "<nil>") {
		t.Fatalf("the process that dies said %q", out)
	}
	var left []string
	for end := time.Now().Add(2 * time.Minute); time.Now().Before(end); time.Sleep(50 * time.Millisecond) {
		if left, _ = filepath.Glob(filepath.Join(above, "*")); len(left) == 0 {
			return
		}
	}
	t.Errorf("still there: %v", left)
}
