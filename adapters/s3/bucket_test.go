package s3_test

import (
	"context"
	"crypto/rand"
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/convenantbot/convenantbot/adapters/s3"
	"github.com/convenantbot/convenantbot/bot"
	"github.com/convenantbot/convenantbot/bot/bottest"
	"github.com/convenantbot/convenantbot/internal/testserver"
	"github.com/minio/minio-go/v7"
	"github.com/minio/minio-go/v7/pkg/credentials"
)

func options(s *testserver.S3Server) s3.Options {
	return s3.Options{Endpoint: s.URL, Bucket: "files", PathStyle: true, Prefix: strings.ToLower(rand.Text()),
		Access: func() string { return s.Access }, Secret: func() string { return s.Secret }}
}

func mustOpen(t testing.TB, o s3.Options) *s3.Bucket {
	t.Helper()
	b, err := s3.Open(o)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func mustVersion(t testing.TB, s *testserver.S3Server) {
	t.Helper()
	c, err := minio.New(strings.TrimPrefix(s.URL, "http://"), &minio.Options{Creds: credentials.NewStaticV4(s.Access, s.Secret, ""), Region: "us-east-1"})
	if err == nil {
		err = c.EnableVersioning(t.Context(), "files")
	}
	if err != nil {
		t.Fatal(err)
	}
}

func TestABucketOfARealStore(t *testing.T) {
	for name, versions := range map[string]bool{"without versions": false, "with versions": true} {
		t.Run(name, func(t *testing.T) {
			s := testserver.S3(t, "", versions)
			if versions {
				mustVersion(t, s)
			}
			bottest.Objects(t, func(t *testing.T) bot.Objects { return mustOpen(t, options(s)) })
			if left := filesIn(t, s.Dir); versions && len(left) == 0 {
				t.Error("nothing at all is left: the test looks in the wrong place")
			}
		})
	}
}

func filesIn(t testing.TB, dir string) (files []string) {
	t.Helper()
	if err := filepath.WalkDir(dir, func(path string, d os.DirEntry, err error) error {
		if err == nil && d.Type().IsRegular() {
			files = append(files, path)
		}
		return err
	}); err != nil {
		t.Fatal(err)
	}
	return files
}

func TestWhatWasDroppedIsGoneFromTheDiskOfTheStore(t *testing.T) {
	s := testserver.S3(t, "", true)
	mustVersion(t, s)
	b := mustOpen(t, options(s))
	for _, data := range []string{"CANARY one", "CANARY two"} {
		if err := b.PutObject(t.Context(), "o", []byte(data)); err != nil {
			t.Fatal(err)
		}
	}
	canaries := func() (n int) {
		for _, file := range filesIn(t, filepath.Dir(s.Dir)) {
			data, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			if strings.Contains(string(data), "CANARY") {
				n++
			}
		}
		return n
	}
	if n := canaries(); n != 2 {
		t.Fatalf("%d versions are on the disk, want 2", n)
	}
	if err := b.DropObject(t.Context(), "o"); err != nil {
		t.Fatal(err)
	}
	if n := canaries(); n != 0 {
		t.Errorf("%d versions are still on the disk", n)
	}
}

func TestLookSeesWhatIsWrong(t *testing.T) {
	s := testserver.S3(t, "", true)
	good := options(s)
	if seen := mustOpen(t, good).Look(t.Context()); seen != (s3.Seen{}) {
		t.Errorf("a good bucket: %+v", seen)
	}
	mustVersion(t, s)
	if seen := mustOpen(t, good).Look(t.Context()); seen != (s3.Seen{Versions: true}) {
		t.Errorf("a bucket with versions: %+v", seen)
	}
	if left := filesIn(t, filepath.Join(s.Dir, "files")); len(left) > 0 {
		t.Errorf("looking left %d files", len(left))
	}
	for name, change := range map[string]func(*s3.Options){
		"no bucket":    func(o *s3.Options) { o.Bucket = "others" },
		"wrong secret": func(o *s3.Options) { o.Secret = func() string { return "another" } },
		"wrong access": func(o *s3.Options) { o.Access = func() string { return "another" } },
		"nobody":       func(o *s3.Options) { o.Endpoint = "http://127.0.0.1:1"; o.Term = 2 * time.Second },
	} {
		o := good
		change(&o)
		seen := mustOpen(t, o).Look(t.Context())
		if !errors.Is(seen.Reach, bot.ErrUnavailable) && !errors.Is(seen.Reach, bot.ErrNotFound) {
			t.Errorf("%s: %+v", name, seen)
		}
		if strings.Contains(seen.Reach.Error(), s.Secret) || strings.Contains(seen.Reach.Error(), s.Access) {
			t.Errorf("%s: the error tells our keys: %v", name, seen.Reach)
		}
	}
	publish(t, s)
	if seen := mustOpen(t, good).Look(t.Context()); !seen.Open {
		t.Errorf("a bucket that everybody reads: %+v", seen)
	}
}

// publish lets everybody read the bucket.
func publish(t testing.TB, s *testserver.S3Server) {
	t.Helper()
	c, err := minio.New(strings.TrimPrefix(s.URL, "http://"), &minio.Options{Creds: credentials.NewStaticV4(s.Access, s.Secret, ""), Region: "us-east-1"})
	if err == nil {
		err = c.SetBucketPolicy(t.Context(), "files", `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":"*","Action":["s3:GetObject"],"Resource":["arn:aws:s3:::files/*"]}]}`)
	}
	if err != nil {
		t.Fatal(err)
	}
}

// A store that takes the bytes and says nothing more is given up.
func TestAStoreThatStallsIsGivenUp(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	var open sync.WaitGroup
	t.Cleanup(func() { l.Close(); open.Wait() })
	open.Go(func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			open.Go(func() { _, _ = io.Copy(io.Discard, c); c.Close() })
		}
	})
	b := mustOpen(t, s3.Options{Endpoint: "http://" + l.Addr().String(), Bucket: "files", PathStyle: true, Prefix: "p", Term: 300 * time.Millisecond,
		Access: func() string { return "a" }, Secret: func() string { return "b" }})
	for name, err := range map[string]error{
		"put":  b.PutObject(t.Context(), "o", make([]byte, 1<<20)),
		"drop": b.DropObject(t.Context(), "o"),
		"get":  func() error { _, err := b.GetObject(t.Context(), "o", 10); return err }(),
	} {
		if !errors.Is(err, bot.ErrUnavailable) {
			t.Errorf("%s = %v, want ErrUnavailable", name, err)
		}
	}
	ctx, cancel := context.WithCancelCause(t.Context())
	gone := errors.New("the reader left")
	cancel(gone)
	if err := b.PutObject(ctx, "o", nil); errors.Is(err, bot.ErrUnavailable) || !errors.Is(err, gone) {
		t.Errorf("put for somebody who left = %v", err)
	}
}

func TestWhatAStoreSaysIsACodeAndNothingMore(t *testing.T) {
	for _, tt := range []struct {
		status     int
		body       string
		full       bool
		want, none string
	}{
		{http.StatusForbidden, `<Error><Code>QuotaExceeded</Code><Message>SECRET</Message></Error>`, true, "QuotaExceeded", "SECRET"},
		{http.StatusInsufficientStorage, ``, true, "", ""},
		{http.StatusForbidden, `<Error><Code>AccessDenied</Code><Message>SECRET</Message></Error>`, false, "AccessDenied", "SECRET"},
		{http.StatusForbidden, `<Error><Code>SECRET in words</Code></Error>`, false, "it failed", "SECRET"},
		{http.StatusOK, `hello`, false, "", "hello"},
	} {
		s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Content-Type", "application/xml")
			w.WriteHeader(tt.status)
			_, _ = io.WriteString(w, tt.body)
		}))
		b := mustOpen(t, s3.Options{Endpoint: s.URL, Bucket: "files", PathStyle: true, Prefix: "p", Term: 20 * time.Second,
			Access: func() string { return "a" }, Secret: func() string { return "b" }})
		err := b.PutObject(t.Context(), "o", []byte("x"))
		if tt.status == http.StatusOK {
			err = b.DropObject(t.Context(), "o")
		}
		s.Close()
		if !errors.Is(err, bot.ErrUnavailable) || errors.Is(err, bot.ErrFull) != tt.full || !strings.Contains(err.Error(), tt.want) || tt.none != "" && strings.Contains(err.Error(), tt.none) {
			t.Errorf("%d %s: %v", tt.status, tt.body, err)
		}
	}
}

func TestAnEndpointThatIsNoneIsRefused(t *testing.T) {
	for _, at := range []string{"", "host", "ftp://host", "https://", "https://host/path"} {
		if _, err := s3.Open(s3.Options{Endpoint: at}); err == nil {
			t.Errorf("%q was taken", at)
		}
	}
	if _, err := s3.Open(s3.Options{Endpoint: "https://host", CA: filepath.Join(t.TempDir(), "none")}); err == nil {
		t.Error("a file that is not there was taken")
	}
}
