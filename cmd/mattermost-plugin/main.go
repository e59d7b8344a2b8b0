package main

import (
	"os"
	"path/filepath"
	"strings"

	"github.com/mattermost/mattermost/server/public/plugin"
)

// version is set when the bundle is made.
var version = "0.0.0"

// sentryName begins the name of the binary in the bundle of the second plugin.
const sentryName = "sentry-"

func main() {
	if strings.HasPrefix(filepath.Base(os.Args[0]), sentryName) {
		plugin.ClientMain(&Sentry{})
		return
	}
	plugin.ClientMain(&Plugin{})
}
