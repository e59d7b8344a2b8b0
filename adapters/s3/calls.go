package s3

import (
	"bytes"
	"context"
	"io"

	"github.com/minio/minio-go/v7"
)

// calls are the few calls of the client that are needed. They are functions and not
// the client itself: whatever a value of ours leads to is in the program with all its
// methods, called or not, and that is a megabyte here.
type calls struct {
	put    func(ctx context.Context, path string, data []byte) error
	get    func(ctx context.Context, path string) (body io.ReadCloser, size int64, err error)
	remove func(ctx context.Context, path, version string) error
	there  func(ctx context.Context, path string) (bool, error)
	list   func(ctx context.Context, prefix string, versions bool, each func(minio.ObjectInfo) error) error
	bucket func(ctx context.Context) (bool, error)
	keeps  func(ctx context.Context) (versions bool, err error)
	half   func(ctx context.Context, prefix string) int // uploads in parts that nobody finished
}

func callsOf(client *minio.Client, bucket string) calls {
	return calls{
		put: func(ctx context.Context, path string, data []byte) error {
			_, err := client.PutObject(ctx, bucket, path, bytes.NewReader(data), int64(len(data)),
				minio.PutObjectOptions{DisableMultipart: true, SendContentMd5: true, ContentType: "application/octet-stream"})
			return err
		},
		get: func(ctx context.Context, path string) (io.ReadCloser, int64, error) {
			// The client's own way reads ahead and asks twice; one request is enough.
			core := minio.Core{Client: client}
			body, info, _, err := core.GetObject(ctx, bucket, path, minio.GetObjectOptions{})
			return body, info.Size, err
		},
		remove: func(ctx context.Context, path, version string) error {
			return client.RemoveObject(ctx, bucket, path, minio.RemoveObjectOptions{VersionID: version})
		},
		there: func(ctx context.Context, path string) (bool, error) {
			_, err := client.StatObject(ctx, bucket, path, minio.StatObjectOptions{})
			if missing(err) {
				return false, nil
			}
			return err == nil, err
		},
		list: func(ctx context.Context, prefix string, versions bool, each func(minio.ObjectInfo) error) error {
			for one := range client.ListObjectsIter(ctx, bucket, minio.ListObjectsOptions{Prefix: prefix, WithVersions: versions, Recursive: true}) {
				if one.Err != nil {
					return one.Err
				}
				if err := each(one); err != nil {
					return err
				}
			}
			return ctx.Err()
		},
		bucket: func(ctx context.Context) (bool, error) { return client.BucketExists(ctx, bucket) },
		keeps: func(ctx context.Context) (bool, error) {
			v, err := client.GetBucketVersioning(ctx, bucket)
			return v.Enabled() || v.Suspended(), err
		},
		half: func(ctx context.Context, prefix string) (n int) {
			for one := range client.ListIncompleteUploads(ctx, bucket, prefix, true) {
				if one.Err == nil {
					n++
				}
			}
			return n
		},
	}
}
