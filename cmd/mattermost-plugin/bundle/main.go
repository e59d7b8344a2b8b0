// Command bundle makes the bundles of the two Mattermost plugins: archives with
// a manifest and a static binary for each architecture. The binary is the same;
// its name in the archive tells it which of the two it is.
//
// The same source and version give the same bytes: no times, no names of users
// or folders, files in a fixed order.
package main

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	_ "embed"
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
)

//go:embed plugin.json
var manifest []byte

//go:embed sentry.json
var sentryManifest []byte

const (
	id       = "nl.convenantbot"
	sentryID = id + ".wacht"
	source   = "github.com/convenantbot/convenantbot/cmd/mattermost-plugin"
)

// The plugins, each with what its binary is called.
var plugins = []struct {
	id, binary string
	manifest   []byte
}{{id, "plugin", manifest}, {sentryID, "sentry", sentryManifest}}

func main() {
	out := flag.String("out", "dist/"+id+".tar.gz", "the archive to write")
	second := flag.String("sentry", "dist/"+sentryID+".tar.gz", "the archive of the second plugin to write")
	version := flag.String("version", "0.1.0", "the version in the manifest")
	arch := flag.String("arch", "amd64,arm64", "architectures, with commas")
	tags := flag.String("tags", "", "build tags")
	fast := flag.Bool("fast", false, "pack without squeezing, for tests")
	flag.Parse()
	level := gzip.BestCompression
	if *fast {
		level = gzip.BestSpeed
	}
	if err := bundle([]string{*out, *second}, *version, *tags, strings.Split(*arch, ","), level); err != nil {
		fmt.Fprintln(os.Stderr, "bundle:", err)
		os.Exit(1)
	}
}

// file is one file of the archive.
type file struct {
	name string
	mode int64
	data []byte
}

func bundle(out []string, version, tags string, archs []string, level int) error {
	tmp, err := os.MkdirTemp("", "convenantbot-bundle-")
	if err != nil {
		return err
	}
	defer func() { _ = os.RemoveAll(tmp) }()

	built := map[string][]byte{}
	for _, arch := range archs {
		path := filepath.Join(tmp, "plugin-linux-"+arch)
		cmd := exec.Command("go", "build", "-trimpath", "-buildvcs=false", "-tags", tags,
			"-ldflags", "-s -w -buildid= -X main.version="+version, "-o", path, source)
		cmd.Env = append(os.Environ(), "CGO_ENABLED=0", "GOOS=linux", "GOARCH="+arch)
		cmd.Stdout, cmd.Stderr = os.Stdout, os.Stderr
		if err := cmd.Run(); err != nil {
			return fmt.Errorf("build for %s: %w", arch, err)
		}
		if built[arch], err = os.ReadFile(path); err != nil {
			return err
		}
	}
	for i, p := range plugins {
		var m map[string]any
		if err := json.Unmarshal(p.manifest, &m); err != nil {
			return fmt.Errorf("the manifest of %s: %w", p.id, err)
		}
		executables := map[string]string{}
		var binaries []file
		for _, arch := range archs {
			name := "server/" + p.binary + "-linux-" + arch
			executables["linux-"+arch] = name
			binaries = append(binaries, file{p.id + "/" + name, 0o755, built[arch]})
		}
		m["version"] = version
		m["server"] = map[string]any{"executables": executables}
		head, err := json.MarshalIndent(m, "", "  ")
		if err != nil {
			return err
		}
		archive, err := pack(append([]file{{p.id + "/plugin.json", 0o644, head}}, binaries...), level)
		if err != nil {
			return err
		}
		if err := write(out[i], archive); err != nil {
			return err
		}
	}
	return nil
}

// write replaces a file in one step: another process may be reading the old one.
func write(out string, archive []byte) error {
	if err := os.MkdirAll(filepath.Dir(out), 0o755); err != nil {
		return err
	}
	partial := fmt.Sprintf("%s.%d", out, os.Getpid())
	if err := os.WriteFile(partial, archive, 0o644); err != nil {
		return err
	}
	return os.Rename(partial, out)
}

// pack writes the files into an archive whose bytes depend on nothing else.
func pack(files []file, level int) ([]byte, error) {
	var buf bytes.Buffer
	z, err := gzip.NewWriterLevel(&buf, level)
	if err != nil {
		return nil, err
	}
	w := tar.NewWriter(z)
	for _, f := range files {
		if err := w.WriteHeader(&tar.Header{Name: f.name, Mode: f.mode, Size: int64(len(f.data)), Format: tar.FormatUSTAR}); err != nil {
			return nil, err
		}
		if _, err := io.Copy(w, bytes.NewReader(f.data)); err != nil {
			return nil, err
		}
	}
	if err := w.Close(); err != nil {
		return nil, err
	}
	if err := z.Close(); err != nil {
		return nil, err
	}
	return buf.Bytes(), nil
}
