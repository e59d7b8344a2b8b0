// Command mattermost is the real Mattermost server, the free edition, as the
// tests start it.
//
// It is a module of its own, because the server brings several hundred modules
// that the product must not depend on. Its go.sum is committed; the checksum
// database does not know the server's module. Never run "go mod tidy" here: it
// asks for modules that are not public. Build with -mod=mod.
//
// The vendor's directory "enterprise" is left out: it is under another licence
// and holds nothing that the tests need.
package main

import (
	"os"

	"github.com/mattermost/mattermost/server/v8/cmd/mattermost/commands"

	// The server registers its own slash commands by this import.
	_ "github.com/mattermost/mattermost/server/v8/channels/app/slashcommands"
)

func main() {
	if err := commands.Run(os.Args[1:]); err != nil {
		os.Exit(1)
	}
}
