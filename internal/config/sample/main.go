package main

import (
	"flag"
	"fmt"
	"os"

	"github.com/convenantbot/convenantbot/internal/config"
)

func main() {
	out := flag.String("out", "", "the file to write; empty is standard output")
	flag.Parse()
	if *out == "" {
		fmt.Print(config.Sample())
		return
	}
	if err := os.WriteFile(*out, []byte(config.Sample()), 0o644); err != nil {
		fmt.Fprintln(os.Stderr, "sample:", err)
		os.Exit(1)
	}
}
