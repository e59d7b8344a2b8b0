// Command release finishes a folder with what is handed out: it adds a list of
// what each program is made of, the sums of all files, and a signature over them.
//
//	release key NAME                    a new key: the secret half, and the public one
//	release finish DIR VERSION KEYFILE  bills of materials, sums and signature
//	release verify DIR PUBLIC           whether the folder is what was signed
//
// The same files, version and key give the same bytes. It knows nothing of the
// product but its name.
package main

import (
	"bytes"
	"crypto/rand"
	"crypto/sha256"
	"debug/buildinfo"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime/debug"
	"slices"
	"strings"

	cyclonedx "github.com/CycloneDX/cyclonedx-go"
	"golang.org/x/mod/sumdb/note"
)

// The files that finish makes.
const (
	sums   = "SHA256SUMS"
	signed = "SHA256SUMS.note"
	bill   = ".cdx.json"
)

func main() {
	if err := run(os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, "release:", err)
		os.Exit(1)
	}
}

func run(args []string) error {
	switch {
	case len(args) == 2 && args[0] == "key":
		secret, public, err := note.GenerateKey(rand.Reader, args[1])
		if err != nil {
			return err
		}
		_, err = fmt.Printf("%s\n%s\n", secret, public)
		return err
	case len(args) == 4 && args[0] == "finish":
		return finish(args[1], args[2], args[3])
	case len(args) == 3 && args[0] == "verify":
		return verify(args[1], args[2])
	}
	return errors.New("want: key NAME, finish DIR VERSION KEYFILE, or verify DIR PUBLIC")
}

// finish adds to dir what a release has besides its files. keyFile holds the
// secret half of a key on its first line, for its owner alone.
func finish(dir, version, keyFile string) error {
	programs, err := filepath.Glob(filepath.Join(dir, "convenantbot-linux-*"))
	if err != nil {
		return err
	}
	made := 0
	for _, program := range programs {
		if strings.HasSuffix(program, bill) {
			continue
		}
		if err := writeBill(program, version); err != nil {
			return err
		}
		made++
	}
	if made == 0 {
		return fmt.Errorf("there is no program in %s", dir)
	}
	info, err := os.Stat(keyFile)
	if err != nil {
		return err
	}
	if info.Mode().Perm()&0o077 != 0 {
		return fmt.Errorf("%s can be read by others: chmod 600 it", keyFile)
	}
	raw, err := os.ReadFile(keyFile)
	if err != nil {
		return err
	}
	secret, _, _ := strings.Cut(string(raw), "\n")
	signer, err := note.NewSigner(strings.TrimSpace(secret))
	if err != nil {
		return fmt.Errorf("%s: %w", keyFile, err)
	}
	list, err := list(dir)
	if err != nil {
		return err
	}
	text := "convenantbot " + version + "\n" + list
	message, err := note.Sign(&note.Note{Text: text}, signer)
	if err != nil {
		return err
	}
	return errors.Join(os.WriteFile(filepath.Join(dir, sums), []byte(list), 0o644), os.WriteFile(filepath.Join(dir, signed), message, 0o644))
}

// list is the sums of all files in dir but the list and its signature, as
// sha256sum writes them.
func list(dir string) (string, error) {
	var lines []string
	err := filepath.WalkDir(dir, func(path string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() {
			return err
		}
		rel, err := filepath.Rel(dir, path)
		if err != nil || rel == sums || rel == signed {
			return err
		}
		if !e.Type().IsRegular() {
			return fmt.Errorf("%s is not a file", rel)
		}
		raw, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		sum := sha256.Sum256(raw)
		lines = append(lines, hex.EncodeToString(sum[:])+"  "+filepath.ToSlash(rel)+"\n")
		return nil
	})
	slices.SortFunc(lines, func(a, b string) int { return strings.Compare(a[64:], b[64:]) })
	return strings.Join(lines, ""), err
}

// verify says whether dir holds what was signed with the key of which public is
// the other half, and nothing else.
func verify(dir, public string) error {
	verifier, err := note.NewVerifier(public)
	if err != nil {
		return err
	}
	message, err := os.ReadFile(filepath.Join(dir, signed))
	if err != nil {
		return err
	}
	opened, err := note.Open(message, note.VerifierList(verifier))
	if err != nil {
		return err
	}
	_, was, _ := strings.Cut(opened.Text, "\n")
	is, err := list(dir)
	if err != nil {
		return err
	}
	kept, err := os.ReadFile(filepath.Join(dir, sums))
	if err != nil {
		return err
	}
	if string(kept) != was {
		return fmt.Errorf("%s is not what was signed", sums)
	}
	if is != was {
		for line := range strings.Lines(is) {
			if !strings.Contains(was, line) {
				return fmt.Errorf("not what was signed: %s", strings.TrimSpace(line[64:]))
			}
		}
		return errors.New("a file that was signed is not here")
	}
	return nil
}

// writeBill writes what a program is made of, beside it: its own module and each
// other, as the program itself remembers them.
func writeBill(program, version string) error {
	info, err := buildinfo.ReadFile(program)
	if err != nil {
		return err
	}
	raw, err := os.ReadFile(program)
	if err != nil {
		return err
	}
	out, err := billOf(info, filepath.Base(program), version, sha256.Sum256(raw))
	if err != nil {
		return err
	}
	return os.WriteFile(program+bill, out, 0o644)
}

// billOf is a bill of materials in the form of CycloneDX. Its number comes from
// the program, so that the same program has the same bill.
func billOf(info *debug.BuildInfo, name, version string, sum [32]byte) ([]byte, error) {
	purl := func(path, version string) string { return "pkg:golang/" + path + "@" + version }
	b := cyclonedx.NewBOM()
	b.SerialNumber = fmt.Sprintf("urn:uuid:%x-%x-5%03x-a%03x-%x", sum[0:4], sum[4:6], uint16(sum[6])<<4|uint16(sum[7])>>4, uint16(sum[8])<<4|uint16(sum[9])>>4, sum[10:16])
	main := cyclonedx.Component{
		BOMRef: purl(info.Main.Path, version), Type: cyclonedx.ComponentTypeApplication, Name: name, Version: version,
		PackageURL: purl(info.Main.Path, version),
		Licenses:   &cyclonedx.Licenses{{License: &cyclonedx.License{ID: "EUPL-1.2"}}},
		Hashes:     &[]cyclonedx.Hash{{Algorithm: cyclonedx.HashAlgoSHA256, Value: hex.EncodeToString(sum[:])}},
	}
	b.Metadata = &cyclonedx.Metadata{Component: &main}
	parts := []cyclonedx.Component{{BOMRef: purl("std", strings.TrimPrefix(info.GoVersion, "go")), Type: cyclonedx.ComponentTypeLibrary, Name: "std",
		Version: info.GoVersion, PackageURL: purl("std", strings.TrimPrefix(info.GoVersion, "go"))}}
	for _, m := range info.Deps {
		if m.Replace != nil {
			m = m.Replace
		}
		c := cyclonedx.Component{BOMRef: purl(m.Path, m.Version), Type: cyclonedx.ComponentTypeLibrary, Name: m.Path, Version: m.Version, PackageURL: purl(m.Path, m.Version)}
		if m.Sum != "" {
			c.Properties = &[]cyclonedx.Property{{Name: "go:sum", Value: m.Sum}}
		}
		parts = append(parts, c)
	}
	slices.SortFunc(parts, func(a, b cyclonedx.Component) int { return strings.Compare(a.BOMRef, b.BOMRef) })
	b.Components = &parts
	refs := make([]string, len(parts))
	for i, c := range parts {
		refs[i] = c.BOMRef
	}
	b.Dependencies = &[]cyclonedx.Dependency{{Ref: main.BOMRef, Dependencies: &refs}}
	var out bytes.Buffer
	err := cyclonedx.NewBOMEncoder(&out, cyclonedx.BOMFileFormatJSON).SetPretty(true).Encode(b)
	return out.Bytes(), err
}
