package main

import (
	"context"
	"fmt"
	"runtime/debug"
)

// version is set at build time: -ldflags "-X main.version=v1.2.3".
var version = "dev"

// Version is "convenantbot version".
type Version struct{}

// Run prints the version, the Go it was built with, and the built-in rules.
func (*Version) Run(_ context.Context, io *IO) error {
	goVersion := "unknown"
	if info, ok := debug.ReadBuildInfo(); ok {
		goVersion = info.GoVersion
	}
	policy, err := loadBundle("")
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(io.Out, "convenantbot %s (%s)\nrules %s %s\n", version, goVersion, policy.Version, policy.Identity())
	return err
}
