// Command words writes down what can be typed after the bot's commands, for the
// plugin to suggest. The plugin carries the list with it: it must suggest while
// the bot is away, and has no other need of the bot's own package.
package main

import (
	"encoding/json"
	"flag"
	"fmt"
	"os"

	"github.com/convenantbot/convenantbot/bot"
)

func main() {
	out := flag.String("out", "words.json", "the file to write")
	flag.Parse()
	// One field a line, so that a change of one word is a change of one line.
	data, err := json.MarshalIndent(bot.Suggestions(), "", "\t")
	if err == nil {
		err = os.WriteFile(*out, append(data, '\n'), 0o644)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "words:", err)
		os.Exit(1)
	}
}
