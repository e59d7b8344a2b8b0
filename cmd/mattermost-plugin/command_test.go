package main

import (
	"testing"

	"github.com/mattermost/mattermost/server/public/model"

	"github.com/convenantbot/convenantbot/bot"
)

func TestThePluginSuggestsEveryCommandOfTheBotAndNoOther(t *testing.T) {
	list := bot.Suggestions()
	n := 0
	for command, some := range words {
		if about[command] == "" {
			t.Errorf("/%s says nothing of itself", command)
		}
		n += len(some)
	}
	if n != len(list) {
		t.Errorf("the plugin suggests %d words, the bot knows %d; run go generate ./cmd/mattermost-plugin", n, len(list))
	}
	at := map[string]int{}
	for _, s := range list {
		i := at[s.Command]
		at[s.Command]++
		if i >= len(words[s.Command]) || words[s.Command][i] != (word{s.Command, s.Word, s.Hint, s.Help}) {
			t.Errorf("/%s %s is not suggested as the bot has it; run go generate ./cmd/mattermost-plugin", s.Command, s.Word)
		}
		if s.Help == "" {
			t.Errorf("/%s %s has no help beside it", s.Command, s.Word)
		}
	}
}

// suggestions asks the server for what it shows somebody who types.
func (w *world) suggestions(t *testing.T, typed string) map[string]string {
	t.Helper()
	list, _, err := w.first.Client.ListCommandAutocompleteSuggestions(t.Context(), typed, w.Team.Id)
	if err != nil {
		t.Fatalf("ask for suggestions: %v", err)
	}
	out := map[string]string{}
	for _, s := range list {
		out[s.Complete] = s.Description
	}
	return out
}

// suggesting types every command and looks what the server itself suggests.
func suggesting(t *testing.T, w *world) {
	for command, some := range words {
		data := model.NewAutocompleteData(command, "", "")
		if err := data.IsValid(); err != nil {
			t.Errorf("/%s: %v", command, err)
		}
		shown := w.suggestions(t, "/"+command+" ")
		for _, one := range some {
			if help, ok := shown[command+" "+one.Word]; !ok || help != one.Help {
				t.Errorf("after /%s the server does not suggest %s with its help; it shows %v", command, one.Word, shown)
			}
		}
		if len(shown) != len(some) {
			t.Errorf("after /%s the server suggests %d words, want %d", command, len(shown), len(some))
		}
	}
}
