package main

import "github.com/mattermost/mattermost/server/public/plugin"

// version is set when the bundle is made.
var version = "0.0.0"

func main() { plugin.ClientMain(&Plugin{}) }
