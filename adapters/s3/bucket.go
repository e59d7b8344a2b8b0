package s3

import (
	"bytes"
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"strings"
	"time"

	"github.com/convenantbot/convenantbot/bot"
	"github.com/minio/minio-go/v7"
	"github.com/minio/minio-go/v7/pkg/credentials"
)

// Options say which bucket, and who we are to it.
type Options struct {
	Endpoint  string // https://host[:port]; http only to this machine
	Bucket    string
	Region    string // blank: us-east-1
	PathStyle bool   // the bucket stands in the path and not in the name of the host
	Access    func() string
	Secret    func() string
	CA        string // file of certificates; blank: those of the system
	Prefix    string // what the names of our objects begin with, and a slash
	// Term is how long one request may take with its repeats; zero: 30 s.
	Term time.Duration
}

// Bucket is a bot.Objects. It is safe for concurrent use.
type Bucket struct {
	o    Options
	call calls
	http *http.Client
}

var _ bot.Objects = (*Bucket)(nil)

const (
	// term is Options.Term when that is zero.
	term = 30 * time.Second
	// listTerm bounds looking through a bucket.
	listTerm = 15 * time.Minute
	// retries is how often a request is made when the store fails it for a moment.
	retries = 3
)

// Open prepares the use of a bucket. It asks nothing of the store yet: whether that
// is there is seen when it is used, and by Look.
func Open(o Options) (*Bucket, error) {
	at, err := url.Parse(o.Endpoint)
	if err != nil || at.Host == "" || at.Scheme != "https" && at.Scheme != "http" || strings.Trim(at.Path, "/") != "" {
		return nil, errors.New("s3: the endpoint must be https://host or https://host:port")
	}
	if o.Term == 0 {
		o.Term = term
	}
	if o.Region == "" {
		o.Region = "us-east-1"
	}
	trusted := &tls.Config{MinVersion: tls.VersionTLS12}
	if o.CA != "" {
		pem, err := os.ReadFile(o.CA)
		if err != nil {
			return nil, fmt.Errorf("s3: read the certificates: %w", err)
		}
		trusted.RootCAs = x509.NewCertPool()
		if !trusted.RootCAs.AppendCertsFromPEM(pem) {
			return nil, errors.New("s3: there is no certificate in the file")
		}
	}
	wire := http.DefaultTransport.(*http.Transport).Clone()
	wire.TLSClientConfig, wire.DisableCompression, wire.MaxIdleConnsPerHost = trusted, true, 16
	lookup := minio.BucketLookupDNS
	if o.PathStyle {
		lookup = minio.BucketLookupPath
	}
	client, err := minio.New(at.Host, &minio.Options{Creds: credentials.New(current{o}), Secure: at.Scheme == "https", Transport: wire,
		Region: o.Region, BucketLookup: lookup, MaxRetries: retries})
	if err != nil {
		return nil, errors.New("s3: the endpoint is not one")
	}
	return &Bucket{o: o, call: callsOf(client, o.Bucket), http: &http.Client{Transport: wire, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}}, nil
}

// current gives the keys as they are now, so that new ones need no restart.
type current struct{ o Options }

func (c current) get() (credentials.Value, error) {
	return credentials.Value{AccessKeyID: c.o.Access(), SecretAccessKey: c.o.Secret(), SignerType: credentials.SignatureV4}, nil
}

// Retrieve implements credentials.Provider.
func (c current) Retrieve() (credentials.Value, error) { return c.get() }

// RetrieveWithCredContext implements credentials.Provider.
func (c current) RetrieveWithCredContext(*credentials.CredContext) (credentials.Value, error) {
	return c.get()
}

// IsExpired implements credentials.Provider.
func (c current) IsExpired() bool { return true }

func (b *Bucket) path(name string) string { return b.o.Prefix + "/" + name }

func (b *Bucket) bounded(ctx context.Context) (context.Context, context.CancelFunc) {
	return context.WithTimeout(ctx, b.o.Term)
}

// PutObject implements bot.Objects.
func (b *Bucket) PutObject(ctx context.Context, name string, data []byte) error {
	inner, cancel := b.bounded(ctx)
	defer cancel()
	return kind(ctx, "store an object", b.call.put(inner, b.path(name), data))
}

// GetObject implements bot.Objects.
func (b *Bucket) GetObject(ctx context.Context, name string, most int64) ([]byte, error) {
	inner, cancel := b.bounded(ctx)
	defer cancel()
	var read bytes.Buffer
	body, size, err := b.call.get(inner, b.path(name))
	if err != nil {
		return nil, kind(ctx, "read an object", err)
	}
	defer body.Close()
	if size > most {
		return nil, errors.New("s3: read an object: it has more bytes than an object may have")
	}
	read.Grow(int(max(size, 0)) + bytes.MinRead)
	n, err := io.Copy(&read, io.LimitReader(body, most+1))
	switch {
	case err != nil:
		return nil, kind(ctx, "read an object", err)
	case n > most || n != size && size >= 0:
		return nil, fmt.Errorf("s3: read an object: it came in another size: %w", bot.ErrUnavailable)
	}
	return read.Bytes(), nil
}

// DropObject implements bot.Objects.
func (b *Bucket) DropObject(ctx context.Context, name string) error {
	inner, cancel := b.bounded(ctx)
	defer cancel()
	for range retries {
		found, err := b.versions(inner, b.path(name))
		if err != nil {
			return kind(ctx, "look for an object", err)
		}
		if len(found) == 0 {
			return nil
		}
		for _, version := range found {
			if err := b.call.remove(inner, b.path(name), version); err != nil && !missing(err) {
				return kind(ctx, "remove an object", err)
			}
		}
	}
	return fmt.Errorf("s3: remove an object: it is still there: %w", bot.ErrUnavailable)
}

// versions are those of one object, marks that it was removed among them. A store
// that knows no versions has one without a name.
func (b *Bucket) versions(ctx context.Context, path string) (found []string, err error) {
	err = b.call.list(ctx, path, true, func(one minio.ObjectInfo) error {
		if one.Key == path {
			found = append(found, one.VersionID)
		}
		return nil
	})
	if err == nil || !unknownCall(err) {
		return found, err
	}
	there, err := b.call.there(ctx, path)
	if !there {
		return nil, err
	}
	return []string{""}, err
}

// EachObject implements bot.Objects.
func (b *Bucket) EachObject(ctx context.Context, each func(name string, at time.Time) error) error {
	inner, cancel := context.WithTimeout(ctx, listTerm)
	defer cancel()
	var stopped error
	one := func(o minio.ObjectInfo) error {
		stopped = each(strings.TrimPrefix(o.Key, b.path("")), o.LastModified)
		return stopped
	}
	err := b.call.list(inner, b.path(""), true, one)
	if stopped == nil && err != nil && unknownCall(err) {
		err = b.call.list(inner, b.path(""), false, one)
	}
	if stopped != nil {
		return stopped
	}
	return kind(ctx, "list the objects", err)
}

func missing(err error) bool {
	code := minio.ToErrorResponse(err).Code
	return code == minio.NoSuchKey || code == "NoSuchVersion"
}

// unknownCall reports whether a store does not know what versions are.
func unknownCall(err error) bool {
	return minio.ToErrorResponse(err).StatusCode == http.StatusNotImplemented
}

// kind is an error of the store as one of ours: what was done, and a code. ctx is
// that of the caller, whose end is no fault of the store.
func kind(ctx context.Context, act string, err error) error {
	if err == nil {
		return nil
	}
	if ctx.Err() != nil {
		return fmt.Errorf("s3: %s: %w", act, context.Cause(ctx))
	}
	said := minio.ToErrorResponse(err)
	var network *url.Error
	switch {
	case missing(err):
		return fmt.Errorf("s3: %s: %w", act, bot.ErrNotFound)
	case errors.Is(err, context.DeadlineExceeded):
		return fmt.Errorf("s3: %s: no answer in time: %w", act, bot.ErrUnavailable)
	case said.StatusCode == http.StatusInsufficientStorage, strings.Contains(said.Code, "Quota"), strings.Contains(said.Code, "StorageFull"),
		strings.Contains(said.Code, "InsufficientStorage"), said.Code == "EntityTooLarge":
		return fmt.Errorf("s3: %s: %s: %w: %w", act, plainCode(said.Code), bot.ErrFull, bot.ErrUnavailable)
	case errors.As(err, &network):
		return fmt.Errorf("s3: %s: it cannot be reached: %w", act, bot.ErrUnavailable)
	}
	return fmt.Errorf("s3: %s: %s: %w", act, plainCode(said.Code), bot.ErrUnavailable)
}

// plainCode is the code of an error when it looks like one.
func plainCode(code string) string {
	if code == "" || len(code) > 64 || strings.ContainsFunc(code, func(r rune) bool { return !('a' <= r && r <= 'z' || 'A' <= r && r <= 'Z' || '0' <= r && r <= '9') }) {
		return "it failed"
	}
	return code
}
