package main

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/convenantbot/convenantbot/adapters/mattermost"
	"github.com/convenantbot/convenantbot/adapters/sqlstore"
	"github.com/convenantbot/convenantbot/bot"
	"github.com/convenantbot/convenantbot/bot/bottest"
	"github.com/convenantbot/convenantbot/internal/config"
	"github.com/convenantbot/convenantbot/internal/testserver"
)

// bucketAt are the settings of a bucket of a real store.
func bucketAt(s *testserver.S3Server) config.Files {
	return config.Files{Store: "s3", Endpoint: s.URL, Bucket: "files", Region: "us-east-1", PathStyle: true,
		Access: config.Fixed(s.Access), Secret: config.Fixed(s.Secret)}
}

func bucketYAML(s *testserver.S3Server) string {
	return fmt.Sprintf("files: {store: s3, endpoint: %q, bucket: files, access_key: %q, secret_key: %q}\n", s.URL, s.Access, s.Secret)
}

func TestTheBytesOfFilesInABucketOfARealStore(t *testing.T) {
	s := testserver.S3(t, "", true)
	addresses := map[string]func(t *testing.T) string{
		"SQLite":     func(t *testing.T) string { return "sqlite:" + filepath.Join(t.TempDir(), "bot.db") },
		"PostgreSQL": func(t *testing.T) string { return testserver.Postgres(t) },
	}
	for name, address := range addresses {
		t.Run(name, func(t *testing.T) {
			bottest.Blobs(t, func(t *testing.T) bottest.StoreBench {
				clock := bottest.NewClock()
				store, err := sqlstore.Open(context.Background(), sqlstore.Options{Address: address(t), Masters: [][]byte{bytes.Repeat([]byte{7}, 32)},
					Now: clock.Now, LeaseClock: clock.Now, Careless: true, Objects: bucketOf(bucketAt(s))})
				if err != nil {
					t.Fatal(err)
				}
				t.Cleanup(func() {
					if in, err := store.LookAtObjects(context.Background(), false); err != nil || in.Missing+in.Waiting+in.Stray > 0 {
						t.Errorf("the bucket holds %+v, %v", in, err)
					}
					store.Close()
				})
				return bottest.StoreBench{Store: store, Now: clock.Now, Pass: clock.Advance}
			})
		})
	}
}

func TestDoctorLooksAtTheBucket(t *testing.T) {
	s := testserver.S3(t, "", false)
	path := mustSettings(t, bucketYAML(s))
	cfg, err := config.Load(path, nil)
	if err != nil {
		t.Fatal(err)
	}
	p, err := partsOf(cfg)
	if err != nil {
		t.Fatal(err)
	}
	store, err := sqlstore.Open(t.Context(), p.storeOptions())
	if err != nil {
		t.Fatal(err)
	}
	var ref bot.Ref
	if err := store.Update(t.Context(), func(tx bot.Tx) error {
		c, err := tx.AddCasus(bot.Casus{Kind: bot.MDO, Phase: "F1", Status: bot.Open, OpenedAt: time.Now()}, 2026)
		ref = c.Ref
		return err
	}); err != nil {
		t.Fatal(err)
	}
	if _, err := store.PutBlob(t.Context(), ref, "f", strings.NewReader("bytes")); err != nil {
		t.Fatal(err)
	}
	if err := store.Close(); err != nil {
		t.Fatal(err)
	}
	found, _ := doctorSays(t, path)
	for _, code := range fileCodes {
		if found[code].Severity != mattermost.Good {
			t.Errorf("%s = %+v", code, found[code])
		}
	}
	// Somebody empties the bucket.
	left, err := filepath.Glob(filepath.Join(s.Dir, "files", "*", "*"))
	if err != nil || len(left) != 1 {
		t.Fatalf("the bucket holds %v, %v", left, err)
	}
	if err := os.Remove(left[0]); err != nil {
		t.Fatal(err)
	}
	found, code := doctorSays(t, path)
	if f := found["bucket_pieces"]; f.Severity != mattermost.Broken || !strings.Contains(f.Have, "missing 1") || code != exitNegative {
		t.Errorf("an emptied bucket: %+v, exit code %d", f, code)
	}
	s.Stop()
	found, code = doctorSays(t, path)
	if f := found["bucket"]; f.Severity != mattermost.Broken || code != exitUnreachable {
		t.Errorf("a bucket that is away: %+v, exit code %d", f, code)
	}
}
