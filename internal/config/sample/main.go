package main

import (
	"flag"
	"fmt"
	"os"

	"github.com/convenantbot/convenantbot/internal/config"
)

func main() {
	out := flag.String("out", "", "the file to write; empty is standard output")
	secrets := flag.Bool("secrets", false, "only the names of the settings that are secrets, one a line")
	flag.Parse()
	text := config.Sample()
	if *secrets {
		text = config.SecretNames()
	}
	if *out == "" {
		fmt.Print(text)
		return
	}
	if err := os.WriteFile(*out, []byte(text), 0o644); err != nil {
		fmt.Fprintln(os.Stderr, "sample:", err)
		os.Exit(1)
	}
}
