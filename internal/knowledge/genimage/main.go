// Command genimage writes the image of the built-in base: what a start would
// otherwise learn anew from the files.
//
//	go generate ./internal/knowledge
package main

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"

	"github.com/convenantbot/convenantbot/internal/knowledge"
)

func main() {
	dir := flag.String("dir", "base", "folder with the files of the base; the image is written into it")
	flag.Parse()
	if err := run(*dir); err != nil {
		fmt.Fprintln(os.Stderr, "genimage:", err)
		os.Exit(1)
	}
}

func run(dir string) error {
	image, err := knowledge.Image(os.DirFS(dir))
	if err != nil {
		return err
	}
	// Whole or not at all: others may be building.
	made := filepath.Join(dir, "image.tmp")
	if err := os.WriteFile(made, image, 0o644); err != nil {
		return err
	}
	return os.Rename(made, filepath.Join(dir, "image.bin"))
}
