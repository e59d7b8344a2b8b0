package main

import (
	"context"
	_ "embed"
	"encoding/json"
	"strings"

	"github.com/mattermost/mattermost/server/public/model"
	"github.com/mattermost/mattermost/server/public/plugin"

	"github.com/convenantbot/convenantbot/internal/bridge"
	"github.com/convenantbot/convenantbot/internal/fault"
)

//go:generate go run ./words -out words.json

//go:embed words.json
var wordsFile []byte

// word is one word that may follow a command, with what it does.
type word struct{ Command, Word, Hint, Help string }

// words are what can be typed after each command, as the bot itself lists them.
var words = func() map[string][]word {
	var list []word
	if err := json.Unmarshal(wordsFile, &list); err != nil {
		panic(err) // the file is embedded, and a test reads it
	}
	all := map[string][]word{}
	for _, w := range list {
		all[w.Command] = append(all[w.Command], w)
	}
	return all
}()

// about is what the suggestion of each command itself says.
var about = map[string]string{
	"convenant": "Vragen over het privacyconvenant",
	"casus":     "Een casusoverleg opzetten en bijhouden",
}

// commands registers the two commands with their suggestions.
func (p *Plugin) commands() error {
	for name, list := range words {
		data := model.NewAutocompleteData(name, "[wat]", about[name])
		for _, w := range list {
			sub := model.NewAutocompleteData(w.Word, w.Hint, w.Help)
			if w.Hint != "" {
				sub.AddTextArgument(w.Help, w.Hint, "")
			}
			data.AddCommand(sub)
		}
		if err := p.API.RegisterCommand(&model.Command{
			Trigger: name, DisplayName: "Convenantbot", Description: about[name],
			AutoComplete: true, AutoCompleteDesc: about[name], AutoCompleteHint: "[wat]", AutocompleteData: data,
		}); err != nil {
			return err
		}
	}
	return nil
}

// ExecuteCommand hands a command over to the bot, which answers by itself. It
// is not kept for later: whoever typed it must know now whether it arrived.
func (p *Plugin) ExecuteCommand(_ *plugin.Context, args *model.CommandArgs) (res *model.CommandResponse, _ *model.AppError) {
	away := &model.CommandResponse{ResponseType: model.CommandResponseTypeEphemeral, Text: textCommandAway}
	p.guard("ExecuteCommand", func() {
		fault.Hit("plugin.command")
		trigger, rest, _ := strings.Cut(strings.TrimSpace(args.Command), " ")
		name := strings.ToLower(strings.TrimPrefix(trigger, "/"))
		if _, ok := words[name]; !ok {
			res = &model.CommandResponse{ResponseType: model.CommandResponseTypeEphemeral, Text: textUnknown}
			return
		}
		direct := false
		if ch, appErr := p.API.GetChannel(args.ChannelId); appErr == nil && ch != nil && ch.Type == model.ChannelTypeDirect {
			direct = ch.GetOtherUserIdForDM(args.UserId) == p.self()
		}
		ctx, cancel := context.WithTimeout(context.Background(), patience)
		defer cancel()
		_, err := bridge.BotEvent.Do(ctx, p.caller, bridge.Event{
			ID: model.NewId(), Kind: bridge.Command, At: model.GetMillis(), User: args.UserId, Channel: args.ChannelId,
			Direct: direct, Thread: args.RootId, Name: name, Text: strings.TrimSpace(rest), Trigger: args.TriggerId,
		})
		if err != nil {
			res = away
			return
		}
		res = &model.CommandResponse{}
	}, func() { res = away })
	return res, nil
}
