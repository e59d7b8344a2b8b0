package main

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"encoding/json"
	"errors"
	"io"
	"testing"

	"github.com/mattermost/mattermost/server/public/model"
)

func TestTheSameFilesGiveTheSameBytes(t *testing.T) {
	files := []file{{id + "/plugin.json", 0o644, []byte("{}")}, {id + "/server/plugin", 0o755, []byte("binary")}}
	first, err := pack(files, gzip.BestCompression)
	if err != nil {
		t.Fatal(err)
	}
	second, err := pack(files, gzip.BestCompression)
	if err != nil || !bytes.Equal(first, second) {
		t.Fatalf("packed twice the bytes differ (%v)", err)
	}
	z, err := gzip.NewReader(bytes.NewReader(first))
	if err != nil {
		t.Fatal(err)
	}
	r := tar.NewReader(z)
	for i := 0; ; i++ {
		h, err := r.Next()
		if errors.Is(err, io.EOF) {
			if i != len(files) {
				t.Errorf("%d files, want %d", i, len(files))
			}
			return
		}
		if err != nil {
			t.Fatal(err)
		}
		data, _ := io.ReadAll(r)
		if h.Name != files[i].name || h.Mode != files[i].mode || !bytes.Equal(data, files[i].data) {
			t.Errorf("file %d = %s, %o, %q", i, h.Name, h.Mode, data)
		}
		if !h.ModTime.IsZero() && h.ModTime.Unix() != 0 || h.Uname != "" || h.Uid != 0 {
			t.Errorf("%s tells when or by whom it was made: %v %q %d", h.Name, h.ModTime, h.Uname, h.Uid)
		}
	}
}

func TestTheManifestsAreOnesThatAServerTakes(t *testing.T) {
	for _, p := range plugins {
		var m model.Manifest
		if err := json.Unmarshal(p.manifest, &m); err != nil {
			t.Fatal(err)
		}
		m.Version = "0.1.0"
		if err := m.IsValid(); err != nil {
			t.Errorf("%s: IsValid: %v", p.id, err)
		}
		if m.Id != p.id {
			t.Errorf("id %q, want %q", m.Id, p.id)
		}
		if m.SettingsSchema == nil {
			continue
		}
		for _, s := range m.SettingsSchema.Settings {
			if s.Secret != (s.Key != "BotURL") {
				t.Errorf("%s: secret is %v", s.Key, s.Secret)
			}
		}
	}
}
