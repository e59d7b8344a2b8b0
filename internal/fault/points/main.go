package main

import (
	"flag"
	"fmt"
	"os"
)

func main() {
	root := flag.String("root", ".", "the folder that holds go.mod")
	out := flag.String("out", "", "the file to write; empty is standard output")
	flag.Parse()

	list, err := List(*root)
	if err != nil {
		fmt.Fprintln(os.Stderr, "points:", err)
		os.Exit(1)
	}
	if *out == "" {
		fmt.Print(list)
		return
	}
	if err := os.WriteFile(*out, []byte(list), 0o644); err != nil {
		fmt.Fprintln(os.Stderr, "points:", err)
		os.Exit(1)
	}
}
