// Package config reads the settings of the running bot, once, and makes the
// log that hides what they protect.
//
// Every setting is one row of the table in table.go: its name, what it means,
// its unit, default and limits, and whether it is a secret. The sample in
// deploy/convenantbot.yaml, the help and the names in the environment all come
// from that table, so there is nothing to keep in step by hand.
//
// Defaults come first, a YAML file over them, the environment over both:
// mattermost.url is CONVENANTBOT_MATTERMOST_URL. Load reports all mistakes
// together, each with the name to fix; an unknown name is a mistake too, since
// a misspelt setting would otherwise silently be its default.
//
// A secret is a function that returns its current value, so that rotating one
// needs no restart; it prints as "[secret]" wherever it is printed. It is given
// as a value, or better as file:PATH with a file that only its owner can read.
//
// The time zone is no setting: the convenant counts in Dutch calendar days (internal/zone).
//
// This package may import koanf, a reader of YAML and the standard library. It never imports
// anything else of ours; what a region, a rules folder or a directory of people
// holds is judged by who reads them.
package config

//go:generate go run ./sample -out ../../deploy/convenantbot.yaml
//go:generate go run ./sample -secrets -out ../../deploy/helm/convenantbot/secret-settings.txt
