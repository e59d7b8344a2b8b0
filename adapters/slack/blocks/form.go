package blocks

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	slackgo "github.com/slack-go/slack"

	"github.com/convenantbot/convenantbot/bot"
	"github.com/convenantbot/convenantbot/bot/text"
)

// The callback ids of our modals.
const (
	CallbackForm = "convenantbot_form" // a form of the bot
	CallbackPick = "convenantbot_pick" // a command is chosen
	CallbackShow = "convenantbot_show" // nothing is sent: a text, or waiting
)

// fieldPart begins the block id of a field.
const fieldPart = "field."

// optionPart stands before every option's value, since Slack takes no blank one.
const optionPart = "="

var fieldName = regexp.MustCompile(`^[A-Za-z0-9_]{1,64}$`)

// Modal shows a form. channel comes back with it. A form that Slack would refuse,
// or show without one of its fields, is an *InvalidError that names the field.
func (s Seal) Modal(f bot.Form, channel bot.ChannelID) (slackgo.ModalViewRequest, error) {
	none := slackgo.ModalViewRequest{}
	switch {
	case f.Title == "" || length(f.Title) > maxTitle:
		return none, bad("title", "length")
	case f.Send == "" || length(f.Send) > maxTitle:
		return none, bad("send", "length")
	case f.Ticket == "" || strings.Contains(f.Ticket, "|"):
		return none, bad("ticket", "cannot be carried")
	}
	meta := s.sign(forForm, string(channel)+"|"+f.Ticket)
	if meta == "" || len(meta) > maxMetadata {
		return none, bad("ticket", "cannot be carried")
	}
	out := slackgo.ModalViewRequest{Type: slackgo.VTModal, CallbackID: CallbackForm, PrivateMetadata: meta, ClearOnClose: false,
		Title: plainText(f.Title, maxTitle), Submit: plainText(f.Send, maxTitle), Close: plainText(word(f.Lang, text.ViewCancel), maxTitle)}
	list := sections(f.Intro)
	seen := map[string]bool{}
	for _, field := range f.Fields {
		if !fieldName.MatchString(field.Name) || seen[field.Name] {
			return none, bad(field.Name, "name")
		}
		seen[field.Name] = true
		shown, err := showField(field, f.Ticket, f.Lang)
		if err != nil {
			return none, err
		}
		list = append(list, shown...)
	}
	if len(list) == 0 {
		list = []slackgo.Block{section(Escape(f.Title))}
	}
	if len(list) > maxModalBlocks {
		return none, bad("fields", "too many")
	}
	out.Blocks.BlockSet = list
	return out, nil
}

// word is what stands around somebody's form or message, in its language.
func word(l text.Lang, m text.Message[text.None]) string { return inLang(l, m, text.None{}) }

func inLang[T any](l text.Lang, m text.Message[T], args T) string {
	if l == "" {
		l = text.NL
	}
	return m.In(l, args)
}

func bad(field, reason string) error {
	return &bot.InvalidError{Field: "form." + field, Reason: reason}
}

// blockOf is the id of a field's block: its name with a mark of the form, so that
// Slack does not carry what was filled in over to a next form.
func blockOf(name, ticket string) string {
	sum := sha256.Sum256([]byte(ticket))
	return fieldPart + name + "." + hex.EncodeToString(sum[:4])
}

// nameOf is the field of a block id, blank for another block.
func nameOf(block string) string {
	rest, ok := strings.CutPrefix(block, fieldPart)
	if !ok {
		return ""
	}
	name, _, _ := strings.Cut(rest, ".")
	return name
}

// showField is a field, with what has to stand above it.
func showField(f bot.Field, ticket string, l text.Lang) ([]slackgo.Block, error) {
	if f.Label == "" || length(f.Label) > maxLabel || length(f.Help) > maxLabel {
		return nil, bad(f.Name, "label")
	}
	in := &slackgo.InputBlock{Type: slackgo.MBTInput, BlockID: blockOf(f.Name, ticket), Label: plainText(f.Label, maxLabel), Optional: f.Optional}
	if f.Help != "" {
		in.Hint = plainText(f.Help, maxLabel)
	}
	var above []slackgo.Block
	var err error
	switch f.Kind {
	case bot.ShortText, bot.LongText:
		in.Element, err = textInput(f)
	case bot.Date:
		in.Element, err = dateInput(f)
	case bot.Choice:
		in.Element, above, err = choiceInput(f, l)
	case bot.Choices:
		in.Element, above, err = choicesInput(f, l)
	case bot.Users:
		in.Element = usersInput(f, l)
	case bot.Tick:
		in.Element, in.Optional = tickInput(f, l), true // not ticked is an answer too
	case bot.FilesIn:
		one := slackgo.NewFileInputBlockElement(string(bot.FilesIn)).WithMaxFiles(1)
		if f.Many {
			one = one.WithMaxFiles(maxFiles)
		}
		in.Element = one
	default:
		err = bad(f.Name, "kind")
	}
	if err != nil {
		return nil, err
	}
	return append(above, in), nil
}

func one(f bot.Field) (string, error) {
	if len(f.Default) > 1 {
		return "", bad(f.Name, "default")
	}
	if len(f.Default) == 0 {
		return "", nil
	}
	return f.Default[0], nil
}

func textInput(f bot.Field) (slackgo.BlockElement, error) {
	most := maxShortText
	if f.Kind == bot.LongText {
		most = maxText
	}
	if f.Max > 0 {
		most = min(f.Max, most)
	}
	value, err := one(f)
	if err != nil || utf8.RuneCountInString(value) > most {
		return nil, bad(f.Name, "default")
	}
	in := slackgo.NewPlainTextInputBlockElement(nil, string(f.Kind))
	in.Multiline, in.MaxLength, in.InitialValue = f.Kind == bot.LongText, most, value
	return in, nil
}

func dateInput(f bot.Field) (slackgo.BlockElement, error) {
	value, err := one(f)
	if err == nil && value != "" {
		_, err = time.Parse(time.DateOnly, value)
	}
	if err != nil {
		return nil, bad(f.Name, "default")
	}
	in := slackgo.NewDatePickerBlockElement(string(f.Kind))
	in.InitialDate = value
	return in, nil
}

// choose makes the options of a field. Where a label does not fit, all of them
// are numbered and stand in full above the field.
func choose(f bot.Field, l text.Lang) (all, initial []*slackgo.OptionBlockObject, above []slackgo.Block, err error) {
	if len(f.Options) == 0 || len(f.Options) > maxOptions*maxGroups {
		return nil, nil, nil, bad(f.Name, "options")
	}
	long := slices.ContainsFunc(f.Options, func(o bot.Option) bool { return length(o.Label) > 2*maxOption-2 })
	var full strings.Builder
	seen := map[string]bool{}
	for i, o := range f.Options {
		value := optionPart + o.Value
		if o.Label == "" || length(value) > maxValue || seen[value] || !utf8.ValidString(o.Label) {
			return nil, nil, nil, bad(f.Name, "options")
		}
		seen[value] = true
		label := o.Label
		if long {
			label = fmt.Sprintf("%d. %s", i+1, label)
			full.WriteString("\n" + fmt.Sprintf("%d. ", i+1) + neutral(o.Label))
		}
		all = append(all, option(value, label))
	}
	if long {
		above = sections(f.Label + " – " + word(l, text.ViewOptions) + full.String())
	}
	for _, d := range f.Default {
		at := slices.IndexFunc(f.Options, func(o bot.Option) bool { return o.Value == d })
		if at < 0 {
			return nil, nil, nil, bad(f.Name, "default")
		}
		initial = append(initial, all[at])
	}
	return all, initial, above, nil
}

// neutral takes the meaning out of what stands in a label, which is no Markdown.
func neutral(s string) string {
	return strings.NewReplacer("\\", "\\\\", "*", "\\*", "_", "\\_", "`", "\\`", "[", "\\[", "&", "&amp;", "\n", " ").Replace(s)
}

// option is one answer; a label that is too long goes on in its description.
func option(value, label string) *slackgo.OptionBlockObject {
	first, rest := label, ""
	if length(label) > maxOption {
		at := strings.LastIndexByte(label[:cut(label, maxOption)], ' ')
		if at <= 0 {
			at = cut(label, maxOption)
		}
		first, rest = label[:at], strings.TrimSpace(label[at:])
	}
	out := slackgo.NewOptionBlockObject(value, plainText(first, maxOption), nil)
	if rest != "" {
		out.Description = plainText(rest, maxOption)
	}
	return out
}

// cut is how many bytes of s have at most limit units.
func cut(s string, limit int) int {
	n := 0
	for i, r := range s {
		if n += length(string(r)); n > limit {
			return i
		}
	}
	return len(s)
}

// groups puts options that are too many for one list in groups, named for where
// they begin and end.
func groups(all []*slackgo.OptionBlockObject) []*slackgo.OptionGroupBlockObject {
	var out []*slackgo.OptionGroupBlockObject
	for from := 0; from < len(all); from += maxOptions {
		part := all[from:min(from+maxOptions, len(all))]
		out = append(out, slackgo.NewOptionGroupBlockElement(plainText(fmt.Sprintf("%d–%d", from+1, from+len(part)), maxOption), part...))
	}
	return out
}

func placeholder(l text.Lang) *slackgo.TextBlockObject {
	return plainText(word(l, text.ViewPlaceholder), 150)
}

func choiceInput(f bot.Field, l text.Lang) (slackgo.BlockElement, []slackgo.Block, error) {
	all, initial, above, err := choose(f, l)
	if err != nil || len(initial) > 1 {
		return nil, nil, bad(f.Name, "options")
	}
	in := slackgo.NewOptionsSelectBlockElement(slackgo.OptTypeStatic, placeholder(l), string(f.Kind))
	if len(all) > maxOptions {
		in.OptionGroups = groups(all)
	} else {
		in.Options = all
	}
	if len(initial) == 1 {
		in.InitialOption = initial[0]
	}
	return in, above, nil
}

func choicesInput(f bot.Field, l text.Lang) (slackgo.BlockElement, []slackgo.Block, error) {
	all, initial, above, err := choose(f, l)
	if err != nil {
		return nil, nil, err
	}
	in := slackgo.NewOptionsMultiSelectBlockElement(slackgo.MultiOptTypeStatic, placeholder(l), string(f.Kind))
	if len(all) > maxOptions {
		in.OptionGroups = groups(all)
	} else {
		in.Options = all
	}
	in.InitialOptions = initial
	return in, above, nil
}

func usersInput(f bot.Field, l text.Lang) slackgo.BlockElement {
	if f.Many {
		in := slackgo.NewOptionsMultiSelectBlockElement(slackgo.MultiOptTypeUser, placeholder(l), string(f.Kind))
		in.InitialUsers = f.Default
		return in
	}
	in := slackgo.NewOptionsSelectBlockElement(slackgo.OptTypeUser, placeholder(l), string(f.Kind))
	if len(f.Default) > 0 {
		in.InitialUser = f.Default[0]
	}
	return in
}

// ticked is the value of a box that is ticked.
const ticked = "true"

func tickInput(f bot.Field, l text.Lang) slackgo.BlockElement {
	box := slackgo.NewOptionBlockObject(ticked, plainText(word(l, text.ViewTicked), maxOption), nil)
	in := slackgo.NewCheckboxGroupsBlockElement(string(f.Kind), box)
	if len(f.Default) == 1 && f.Default[0] == ticked {
		in.InitialOptions = []*slackgo.OptionBlockObject{box}
	}
	return in
}
