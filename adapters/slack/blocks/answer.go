package blocks

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"maps"
	"slices"
	"strings"

	slackgo "github.com/slack-go/slack"

	"github.com/convenantbot/convenantbot/bot"
	"github.com/convenantbot/convenantbot/bot/text"
)

// Answer is what a view that was sent is answered with.
type Answer struct {
	Action string            `json:"response_action"` // clear, errors, update or push
	Errors map[string]string `json:"errors,omitempty"`
	View   any               `json:"view,omitempty"`
	// Closed is what to say in private, in Markdown, when nobody has the view before
	// them any more.
	Closed string `json:"-"`
}

func closed(l text.Lang, args text.ViewClosedArgs) string { return inLang(l, text.ViewClosed, args) }

// Asked is a view of ours as Slack sends it back with what was filled in.
type Asked struct {
	Title    json.RawMessage   `json:"title"`
	Submit   json.RawMessage   `json:"submit"`
	Close    json.RawMessage   `json:"close"`
	Callback string            `json:"callback_id"`
	Metadata string            `json:"private_metadata"`
	Blocks   []json.RawMessage `json:"blocks"`
}

// maxError is how long the text at a field may be.
const maxError = 2000

// wholeBlock is the block in which a complaint about a whole form stands.
const wholeBlock = "whole"

// Answer is what the person sees after sending view: errors at their fields with
// the form kept open, the next form with what became of this one above it, a text,
// or nothing but that it is done.
func (s Seal) Answer(view Asked, channel bot.ChannelID, a bot.FormAnswer) (Answer, error) {
	switch {
	case len(a.Errors) > 0:
		return errorsAt(view, a.Errors, a.Lang), nil
	case a.Next != nil:
		next, err := s.Modal(*a.Next, channel)
		if said := sections(a.Text); len(said)+len(next.Blocks.BlockSet) <= maxModalBlocks {
			next.Blocks.BlockSet = append(said, next.Blocks.BlockSet...)
		}
		return Answer{Action: "update", View: next, Closed: closed(a.Lang, text.ViewClosedArgs{Said: a.Text, More: true})}, err
	case a.Text != "":
		return Answer{Action: "update", View: showIn(a.Lang, inLang(a.Lang, text.ViewDone, text.ViewArgs{Title: true}), a.Text), Closed: closed(a.Lang, text.ViewClosedArgs{Said: a.Text})}, nil
	}
	return Answer{Action: "clear", Closed: closed(a.Lang, text.ViewClosedArgs{Said: inLang(a.Lang, text.ViewDone, text.ViewArgs{})})}, nil
}

// errorsAt puts errors at their fields. One about the whole form, or about a
// field that is not shown, stands above the fields; Slack keeps what was filled
// in, since the blocks keep their ids.
func errorsAt(view Asked, errs map[string]string, l text.Lang) Answer {
	_, blocks := Fields(view.Blocks)
	at := map[string]string{}
	var whole []string
	for field, said := range errs {
		if block, ok := blocks[field]; ok && field != "" {
			at[block] = clip(orElse(said, "–"), maxError)
		} else {
			whole = append(whole, said)
		}
	}
	every := slices.Sorted(maps.Values(errs))
	late := closed(l, text.ViewClosedArgs{Said: strings.Join(slices.Compact(every), " "), Refused: true})
	if len(whole) == 0 {
		return Answer{Action: "errors", Errors: at, Closed: late}
	}
	for field, said := range errs { // Slack takes errors or a view, not both
		if _, ok := blocks[field]; ok && field != "" {
			whole = append(whole, said)
		}
	}
	slices.Sort(whole)
	return Answer{Action: "update", View: above(view, slices.Compact(whole)), Closed: late}
}

// above is the same view with complaints above its fields.
func above(view Asked, complaints []string) any {
	type again struct {
		Type     string            `json:"type"`
		Title    json.RawMessage   `json:"title,omitempty"`
		Submit   json.RawMessage   `json:"submit,omitempty"`
		Close    json.RawMessage   `json:"close,omitempty"`
		Callback string            `json:"callback_id,omitempty"`
		Metadata string            `json:"private_metadata,omitempty"`
		Blocks   []json.RawMessage `json:"blocks"`
	}
	out := again{"modal", view.Title, view.Submit, view.Close, view.Callback, view.Metadata, nil}
	for i, said := range complaints {
		shown := slackgo.NewSectionBlock(&slackgo.TextBlockObject{Type: slackgo.MarkdownType, Verbatim: true, Text: clip(":warning: "+Markdown(said), maxSection)}, nil, nil)
		shown.BlockID = wholeBlock
		if i > 0 {
			shown.BlockID = wholeBlock + string(rune('0'+min(i, 9)))
		}
		if raw, err := json.Marshal(shown); err == nil && i < 9 {
			out.Blocks = append(out.Blocks, raw)
		}
	}
	for _, raw := range view.Blocks {
		var b struct {
			BlockID string `json:"block_id"`
		}
		if json.Unmarshal(raw, &b) == nil && len(b.BlockID) >= len(wholeBlock) && b.BlockID[:len(wholeBlock)] == wholeBlock {
			continue // of the time before
		}
		if len(out.Blocks) < maxModalBlocks {
			out.Blocks = append(out.Blocks, raw)
		}
	}
	return out
}

func orElse(s, other string) string {
	if s == "" {
		return other
	}
	return s
}

// Show is a view with nothing but a text in Markdown, in Dutch.
func Show(title, md string) slackgo.ModalViewRequest { return showIn(text.NL, title, md) }

func showIn(l text.Lang, title, md string) slackgo.ModalViewRequest {
	list := sections(md)
	if len(list) == 0 {
		list = []slackgo.Block{section(Escape(title))}
	}
	return slackgo.ModalViewRequest{Type: slackgo.VTModal, CallbackID: CallbackShow, Title: plainText(title, maxTitle),
		Close: plainText(word(l, text.ViewClose), maxTitle), Blocks: slackgo.Blocks{BlockSet: list[:min(len(list), maxModalBlocks)]}}
}

// Loading is what a person sees while their form is being made.
func Loading() slackgo.ModalViewRequest {
	return Show(text.ViewLoading.NL(text.ViewArgs{Title: true}), text.ViewLoading.NL(text.ViewArgs{}))
}

// Again is view with a complaint in Markdown above its fields.
func Again(view Asked, md string) Answer {
	return Answer{Action: "update", View: above(view, []string{md}), Closed: closed(text.NL, text.ViewClosedArgs{Said: md})}
}

// AsView is an answer to view as a view that takes its place by a call of its
// own, for when the answer itself came too late.
func AsView(view Asked, a Answer) (slackgo.ModalViewRequest, error) {
	switch {
	case len(a.Errors) > 0:
		var all []string
		for _, said := range a.Errors {
			all = append(all, said)
		}
		slices.Sort(all)
		a.View = above(view, slices.Compact(all))
	case a.View == nil:
		return Show(text.ViewDone.NL(text.ViewArgs{Title: true}), text.ViewDone.NL(text.ViewArgs{})), nil
	}
	if v, ok := a.View.(slackgo.ModalViewRequest); ok {
		return v, nil
	}
	var out slackgo.ModalViewRequest
	raw, err := json.Marshal(a.View)
	if err == nil {
		err = json.Unmarshal(raw, &out)
	}
	return out, err
}

// ExternalID is under which id of ours the view is opened that holds the place of
// what a trigger leads to, so that every copy of the bot finds it.
func ExternalID(trigger string) string {
	sum := sha256.Sum256([]byte(trigger))
	return "loading-" + hex.EncodeToString(sum[:16])
}
