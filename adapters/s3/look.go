package s3

import (
	"context"
	"crypto/rand"
	"errors"
	"net/http"
	"net/url"
	"strings"

	"github.com/minio/minio-go/v7"
)

// Seen is what Look found.
type Seen struct {
	Reach error // the store answers us, and the bucket is there
	Write error // an object can be stored and comes back as it was
	Drop  error // it can be removed, with all its versions
	// Open: a stranger without keys could list the bucket or read the object. Unsure:
	// the store did not say.
	Open, Unsure bool
	Versions     bool // the bucket keeps versions; we remove them, at the cost of room until then
	Half         int  // uploads in parts that somebody left half done; ours never are
}

// Look tries a bucket with an object of its own.
func (b *Bucket) Look(ctx context.Context) (s Seen) {
	inner, cancel := b.bounded(ctx)
	there, err := b.call.bucket(inner)
	cancel()
	if err == nil && !there {
		err = minio.ErrorResponse{Code: minio.NoSuchBucket, StatusCode: http.StatusNotFound}
	}
	if s.Reach = kind(ctx, "look for the bucket", err); s.Reach != nil {
		return s
	}
	name, data := "look-"+strings.ToLower(rand.Text()), rand.Text()
	if s.Write = b.PutObject(ctx, name, []byte(data)); s.Write == nil {
		got, err := b.GetObject(ctx, name, int64(len(data)))
		if err == nil && string(got) != data {
			err = errors.New("s3: what came back is something else")
		}
		s.Write = err
		s.Open, s.Unsure = b.open(ctx, name)
	}
	s.Drop = b.DropObject(ctx, name)
	inner, cancel = b.bounded(ctx)
	defer cancel()
	if keeps, err := b.call.keeps(inner); err == nil {
		s.Versions = keeps
	}
	s.Half = b.call.half(inner, b.path(""))
	return s
}

// open asks as a stranger, without keys, for the list and for one object.
func (b *Bucket) open(ctx context.Context, name string) (open, unsure bool) {
	at, err := url.Parse(b.o.Endpoint)
	if err != nil {
		return false, true
	}
	if b.o.PathStyle {
		at.Path = "/" + b.o.Bucket + "/"
	} else {
		at.Host, at.Path = b.o.Bucket+"."+at.Host, "/"
	}
	for _, path := range []string{at.String() + "?list-type=2&max-keys=1", at.String() + b.path(name)} {
		inner, cancel := b.bounded(ctx)
		ask, err := http.NewRequestWithContext(inner, http.MethodGet, path, nil)
		if err != nil {
			cancel()
			return false, true
		}
		said, err := b.http.Do(ask)
		cancel()
		if err != nil {
			unsure = true
			continue
		}
		_ = said.Body.Close()
		if said.StatusCode < 300 {
			open = true
		} else if said.StatusCode != http.StatusForbidden && said.StatusCode != http.StatusUnauthorized {
			unsure = true
		}
	}
	return open, unsure
}
