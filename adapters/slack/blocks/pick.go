package blocks

import (
	"strings"

	slackgo "github.com/slack-go/slack"

	"github.com/convenantbot/convenantbot/bot"
	"github.com/convenantbot/convenantbot/bot/text"
)

// The fields of the view in which a command is chosen.
const (
	pickCommand = "command"
	pickWords   = "words"
	pickRoom    = "room"
)

// ActionCommand begins the action id of a button that runs a command, which is
// its value; ActionPick is the one that opens the view in which one is chosen.
const (
	ActionCommand = "command"
	ActionPick    = "pick"
)

// Pick is the view in which a person chooses a command, which Slack itself cannot
// suggest while one types. channel is where they are, blank when that is no
// channel.
func Pick(channel string) slackgo.ModalViewRequest {
	shown := slackgo.NewOptionsSelectBlockElement(slackgo.OptTypeExternal, placeholder(text.NL), pickCommand)
	none := 0
	shown.MinQueryLength = &none
	field := func(name string, label text.Message[text.None], e slackgo.BlockElement) *slackgo.InputBlock {
		return &slackgo.InputBlock{Type: slackgo.MBTInput, BlockID: name, Label: plainText(label.NL(text.None{}), maxLabel), Element: e}
	}
	words := slackgo.NewPlainTextInputBlockElement(nil, pickWords)
	words.MaxLength = maxText
	room := slackgo.NewOptionsSelectBlockElement(slackgo.OptTypeConversations, placeholder(text.NL), pickRoom)
	if channel != "" {
		room.InitialConversation = channel
	}
	second, third := field(pickWords, text.PickWords, words), field(pickRoom, text.PickRoom, room)
	second.Optional, third.Optional = true, true
	second.Hint, third.Hint = plainText(text.PickWordsHelp.NL(text.None{}), maxLabel), plainText(text.PickRoomHelp.NL(text.None{}), maxLabel)
	return slackgo.ModalViewRequest{Type: slackgo.VTModal, CallbackID: CallbackPick,
		Title: plainText(text.PickTitle.NL(text.None{}), maxTitle), Submit: plainText(text.PickSend.NL(text.None{}), maxTitle),
		Close:  plainText(text.ViewCancel.NL(text.None{}), maxTitle),
		Blocks: slackgo.Blocks{BlockSet: append(sections(text.PickIntro.NL(text.None{})), field(pickCommand, text.PickCommand, shown), second, third)}}
}

// Picked is the command that was chosen: its name, what follows it, and where.
func Picked(state State) (name, words, room string) {
	if o := state[pickCommand][pickCommand].SelectedOption; o != nil {
		name, words, _ = strings.Cut(strings.TrimPrefix(o.Value, optionPart), " ")
	}
	if v := state[pickWords][pickWords].Value; v != nil && strings.TrimSpace(*v) != "" {
		words += " " + strings.TrimSpace(*v)
	}
	if v := state[pickRoom][pickRoom].Conversation; v != nil {
		room = *v
	}
	return name, words, room
}

// Suggest lists the commands that have every word of what somebody typed so far,
// at most as many as Slack shows.
func Suggest(typed string) []*slackgo.OptionBlockObject {
	out := []*slackgo.OptionBlockObject{}
	words := strings.Fields(strings.ToLower(typed))
	for _, s := range bot.Suggestions() {
		label := "/" + s.Command + " " + s.Word + " – " + s.Help
		low := strings.ToLower(label)
		fits := true
		for _, w := range words {
			fits = fits && strings.Contains(low, w)
		}
		if fits && len(out) < maxOptions {
			out = append(out, option(optionPart+s.Command+" "+s.Word, label))
		}
	}
	return out
}
