// Command bundle makes the bundle of the Mattermost plugin: one archive with
// the manifest and a static binary for each architecture.
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

const (
	id     = "nl.convenantbot"
	source = "github.com/convenantbot/convenantbot/cmd/mattermost-plugin"
)

func main() {
	out := flag.String("out", "dist/"+id+".tar.gz", "the archive to write")
	version := flag.String("version", "0.1.0", "the version in the manifest")
	arch := flag.String("arch", "amd64,arm64", "architectures, with commas")
	tags := flag.String("tags", "", "build tags")
	fast := flag.Bool("fast", false, "pack without squeezing, for tests")
	flag.Parse()
	level := gzip.BestCompression
	if *fast {
		level = gzip.BestSpeed
	}
	if err := bundle(*out, *version, *tags, strings.Split(*arch, ","), level); err != nil {
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

func bundle(out, version, tags string, archs []string, level int) error {
	tmp, err := os.MkdirTemp("", "convenantbot-bundle-")
	if err != nil {
		return err
	}
	defer func() { _ = os.RemoveAll(tmp) }()

	var m map[string]any
	if err := json.Unmarshal(manifest, &m); err != nil {
		return fmt.Errorf("plugin.json: %w", err)
	}
	executables := map[string]string{}
	var binaries []file
	for _, arch := range archs {
		name := "server/plugin-linux-" + arch
		path := filepath.Join(tmp, "plugin-linux-"+arch)
		cmd := exec.Command("go", "build", "-trimpath", "-buildvcs=false", "-tags", tags,
			"-ldflags", "-s -w -buildid= -X main.version="+version, "-o", path, source)
		cmd.Env = append(os.Environ(), "CGO_ENABLED=0", "GOOS=linux", "GOARCH="+arch)
		cmd.Stdout, cmd.Stderr = os.Stdout, os.Stderr
		if err := cmd.Run(); err != nil {
			return fmt.Errorf("build for %s: %w", arch, err)
		}
		data, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		executables["linux-"+arch] = name
		binaries = append(binaries, file{id + "/" + name, 0o755, data})
	}
	m["version"] = version
	m["server"] = map[string]any{"executables": executables}
	head, err := json.MarshalIndent(m, "", "  ")
	if err != nil {
		return err
	}
	archive, err := pack(append([]file{{id + "/plugin.json", 0o644, head}}, binaries...), level)
	if err != nil {
		return err
	}
	if err := os.MkdirAll(filepath.Dir(out), 0o755); err != nil {
		return err
	}
	// Another process may be reading the old one.
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
