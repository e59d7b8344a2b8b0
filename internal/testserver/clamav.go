package testserver

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"
)

// Virus is what the real ClamAV of the tests takes for a virus, wherever it stands
// in a file: it has a signature of its own and no other.
const Virus = "CONVENANTBOT-TEST-VIRUS-7f3a91c2"

// clamd is where Debian puts the daemon, which is not on everybody's path.
const clamd = "/usr/sbin/clamd"

// ClamAVServer is a real clamd for one test, on a socket.
type ClamAVServer struct {
	Socket string // its path

	t      testing.TB
	dir    string
	config string
	child  *child
}

// ClamAV starts a clamd that knows Virus and the exact bytes of known, and nothing
// else: no signatures are ever fetched. most is StreamMaxLength, in clamd's own
// words ("100M"). It is gone when the test ends.
func ClamAV(t testing.TB, most string, known []byte) *ClamAVServer {
	t.Helper()
	if _, err := exec.LookPath(clamd); err != nil {
		t.Fatalf("ClamAV is needed and is not there: %v\ninstall it with: apt-get install clamav-daemon", err)
	}
	s := &ClamAVServer{t: t, dir: mustDir(t, "clamav")}
	t.Cleanup(func() {
		s.Stop()
		_ = os.RemoveAll(s.dir)
	})
	s.Socket, s.config = filepath.Join(s.dir, "clamd.sock"), filepath.Join(s.dir, "clamd.conf")
	signatures := filepath.Join(s.dir, "signatures")
	sum := sha256.Sum256(known)
	if err := os.Mkdir(signatures, 0o700); err != nil {
		t.Fatal(err)
	}
	for path, content := range map[string]string{
		filepath.Join(signatures, "own.ndb"): "Convenantbot.Test:0:*:" + hex.EncodeToString([]byte(Virus)) + "\n",
		filepath.Join(signatures, "own.hsb"): fmt.Sprintf("%x:%d:Convenantbot.Known:73\n", sum, len(known)),
		s.config: fmt.Sprintf("Foreground yes\nLocalSocket %s\nDatabaseDirectory %s\nTemporaryDirectory %s\nStreamMaxLength %s\nMaxScanSize 400M\nMaxFileSize 200M\n"+
			"SelfCheck 0\nConcurrentDatabaseReload no\nExitOnOOM yes\n", s.Socket, signatures, s.dir, most),
	} {
		if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	s.Start()
	return s
}

// Start starts the daemon again after Stop, on the same socket.
func (s *ClamAVServer) Start() {
	s.t.Helper()
	log := filepath.Join(s.dir, "log")
	c, err := startChild("/", log, os.Environ(), false, nil, clamd, "--config-file", s.config)
	if err != nil {
		s.t.Fatalf("start ClamAV: %v", err)
	}
	s.child = c
	for end := time.Now().Add(Patience); time.Now().Before(end) && !c.ended(); time.Sleep(20 * time.Millisecond) {
		if conn, err := net.Dial("unix", s.Socket); err == nil {
			_ = conn.Close()
			return
		}
	}
	s.t.Fatalf("ClamAV does not answer; its log:\n%s", tail(log))
}

// Stop ends the daemon and waits until it is gone.
func (s *ClamAVServer) Stop() {
	if s.child != nil {
		s.child.stop()
		s.child = nil
		_ = os.Remove(s.Socket)
	}
}
