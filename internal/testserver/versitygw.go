package testserver

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"
)

// S3Server is a real store that speaks the S3 protocol, for one test, on the
// loopback. Its objects are files under Dir.
type S3Server struct {
	URL            string // http://127.0.0.1:port
	Access, Secret string
	Dir            string // a folder in it is a bucket

	t        testing.TB
	versions bool
	work     string
	child    *child
	port     int
}

var gateway struct {
	once   sync.Once
	binary string
	err    error
}

// buildGateway returns the path of the server's binary, as Build does.
func buildGateway() (string, error) {
	if binary := os.Getenv("CONVENANTBOT_VERSITYGW"); binary != "" {
		_, err := os.Stat(binary)
		return binary, err
	}
	root, err := run("", "go", "list", "-m", "-f", "{{.Dir}}", "github.com/convenantbot/convenantbot")
	if err != nil {
		return "", err
	}
	dir := filepath.Join(root, "internal", "testserver", "versitygw")
	sum := sha256.New()
	for _, name := range []string{"go.mod", "go.sum"} {
		b, err := os.ReadFile(filepath.Join(dir, name))
		if err != nil {
			return "", err
		}
		sum.Write(b)
	}
	into, err := cacheDir("versitygw-" + hex.EncodeToString(sum.Sum(nil))[:16])
	if err != nil {
		return "", err
	}
	free, err := onlyOne(into)
	if err != nil {
		return "", err
	}
	defer free()
	binary := filepath.Join(into, "versitygw")
	if _, err := os.Stat(binary); err == nil {
		return binary, nil
	}
	fmt.Fprintln(os.Stderr, "testserver: building the S3 server, once; this takes about a minute")
	if _, err := fetch(dir, "go", "build", "-mod=mod", "-trimpath", "-o", binary+".partial", "github.com/versity/versitygw/cmd/versitygw"); err != nil {
		return "", err
	}
	return binary, os.Rename(binary+".partial", binary)
}

// S3 starts a store with one bucket, "files", which keeps versions if versions is
// true. It is gone when the test ends. Dir can be a folder of the test's own, such as
// one with little room; blank: one is made.
func S3(t testing.TB, dir string, versions bool) *S3Server {
	t.Helper()
	gateway.once.Do(func() { gateway.binary, gateway.err = buildGateway() })
	if gateway.err != nil {
		t.Fatalf("build the S3 server: %v", gateway.err)
	}
	port, err := Port()
	if err != nil {
		t.Fatalf("find a port for the S3 server: %v", err)
	}
	s := &S3Server{t: t, URL: fmt.Sprintf("http://127.0.0.1:%d", port), Access: "tester", Secret: "a-secret-of-the-test", Dir: dir, versions: versions,
		work: mustDir(t, "s3"), port: port}
	if s.Dir == "" {
		s.Dir = filepath.Join(s.work, "data")
	}
	t.Cleanup(func() {
		s.Stop()
		_ = os.RemoveAll(s.work)
	})
	for _, dir := range []string{filepath.Join(s.Dir, "files"), filepath.Join(s.work, "side"), filepath.Join(s.work, "versions")} {
		if err := os.MkdirAll(dir, 0o700); err != nil {
			t.Fatal(err)
		}
	}
	s.Start()
	return s
}

// Start starts the server again after Stop, at the same address.
func (s *S3Server) Start() {
	s.t.Helper()
	args := []string{"--port", fmt.Sprintf("127.0.0.1:%d", s.port), "--access", s.Access, "--secret", s.Secret, "--health", "/health", "--quiet",
		"posix", "--sidecar", filepath.Join(s.work, "side")}
	if s.versions {
		args = append(args, "--versioning-dir", filepath.Join(s.work, "versions"))
	}
	log := filepath.Join(s.work, "log")
	c, err := startChild("/", log, os.Environ(), false, nil, gateway.binary, append(args, s.Dir)...)
	if err != nil {
		s.t.Fatalf("start the S3 server: %v", err)
	}
	s.child = c
	for end := time.Now().Add(Patience); time.Now().Before(end) && !c.ended(); time.Sleep(20 * time.Millisecond) {
		said, err := http.Get(s.URL + "/health")
		if err != nil {
			continue
		}
		if err := said.Body.Close(); err == nil && said.StatusCode == http.StatusOK {
			return
		}
	}
	s.t.Fatalf("the S3 server does not answer; its log:\n%s", tail(log))
}

// Stop ends the server and waits until it is gone.
func (s *S3Server) Stop() {
	if s.child == nil {
		return
	}
	s.child.stop()
	s.child = nil
	if c, err := net.DialTimeout("tcp", fmt.Sprintf("127.0.0.1:%d", s.port), time.Second); err == nil {
		s.t.Error(errors.Join(errors.New("the S3 server still listens"), c.Close()))
	}
}
