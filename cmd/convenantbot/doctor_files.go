package main

import (
	"context"
	"errors"
	"fmt"

	"github.com/convenantbot/convenantbot/adapters/mattermost"
	"github.com/convenantbot/convenantbot/adapters/s3"
	"github.com/convenantbot/convenantbot/adapters/sqlstore"
	"github.com/convenantbot/convenantbot/bot"
	"github.com/convenantbot/convenantbot/internal/config"
)

// fileCodes are what doctor finds about files: the bucket, where there is one.
var fileCodes = []string{"bucket", "bucket_writes", "bucket_erases", "bucket_closed", "bucket_versions", "bucket_pieces"}

// bucketOf opens the bucket of the settings.
func bucketOf(f config.Files) func(prefix string) (bot.Objects, error) {
	return func(prefix string) (bot.Objects, error) {
		b, err := s3.Open(s3.Options{Endpoint: f.Endpoint, Bucket: f.Bucket, Region: f.Region, PathStyle: f.PathStyle,
			Access: f.Access, Secret: f.Secret, CA: f.CA, Prefix: prefix})
		if err != nil {
			return nil, &exitError{exitBadInput, fmt.Errorf("files.endpoint: %w", err)}
		}
		return b, nil
	}
}

// diagnoseBucket looks at the bucket with an object of its own, and compares what
// lies in it with the database. reach is about a bucket that is away.
func diagnoseBucket(ctx context.Context, cfg config.Config) (found []mattermost.Finding, reach, err error) {
	add := func(code string, good bool, otherwise mattermost.Level, have string) {
		if good {
			otherwise = mattermost.Good
		}
		found = append(found, mattermost.Finding{Code: code, Level: otherwise, Have: have})
	}
	if cfg.Files.Used() {
		opened, err := bucketOf(cfg.Files)("doctor")
		if err != nil {
			return nil, nil, err
		}
		seen := opened.(*s3.Bucket).Look(ctx)
		if seen.Reach != nil {
			add("bucket", false, mattermost.Broken, seen.Reach.Error())
			return found, errors.Join(bot.ErrUnavailable, seen.Reach), nil
		}
		add("bucket", true, "", cfg.Files.Bucket)
		add("bucket_writes", seen.Write == nil, mattermost.Broken, said(seen.Write))
		add("bucket_erases", seen.Drop == nil, mattermost.Broken, said(seen.Drop))
		level := mattermost.Broken
		if !seen.Open {
			level = mattermost.Unknown
		}
		add("bucket_closed", !seen.Open && !seen.Unsure, level, "")
		have := ""
		if seen.Half > 0 {
			have = fmt.Sprintf("%d half uploads", seen.Half)
		}
		add("bucket_versions", !seen.Versions && seen.Half == 0, mattermost.Advice, have)
	}
	p, err := partsOf(cfg)
	if err != nil {
		return found, nil, err
	}
	p.ReadOnly = true
	store, err := sqlstore.Open(ctx, p.storeOptions())
	if err != nil {
		return found, nil, nil // a finding of its own tells
	}
	in, err := store.LookAtObjects(ctx, false)
	if err = errors.Join(err, store.Close()); err != nil {
		add("bucket_pieces", false, mattermost.Unknown, "")
	} else if in != (sqlstore.InBucket{}) {
		level := mattermost.Advice
		if in.Missing > 0 {
			level = mattermost.Broken
		}
		add("bucket_pieces", in.Missing == 0 && in.Waiting == 0 && in.Stray == 0, level,
			fmt.Sprintf("kept %d, missing %d, waiting %d, stray %d", in.Kept, in.Missing, in.Waiting, in.Stray))
	}
	return found, nil, nil
}

// said is an error as a finding shows it.
func said(err error) string {
	if err == nil {
		return ""
	}
	return err.Error()
}
