package mattermost

import (
	"fmt"
	"strings"
	"unicode/utf8"

	"github.com/mattermost/mattermost/server/public/model"

	"github.com/convenantbot/convenantbot/bot"
)

// The addresses of the plugin, as the server calls them.
const (
	urlForm   = "/plugins/" + PluginID + "/form"
	urlButton = "/plugins/" + PluginID + "/button"
)

// renderMessage shows a message with its buttons.
func renderMessage(m bot.Message) *model.Post {
	post := &model.Post{RootId: string(m.Thread), Message: m.Text}
	if len(m.Buttons) == 0 {
		return post
	}
	a := &model.MessageAttachment{}
	for i, b := range m.Buttons {
		style := "default"
		if b.Danger {
			style = "danger"
		}
		a.Actions = append(a.Actions, &model.PostAction{
			// Letters and digits only: with anything else the server takes the
			// message and answers 404 to the click.
			Id: fmt.Sprintf("button%d", i), Name: b.Label, Type: model.PostActionTypeButton, Style: style,
			Integration: &model.PostActionIntegration{URL: urlButton, Context: map[string]any{"ticket": b.Ticket}},
		})
	}
	model.ParseMessageAttachment(post, []*model.MessageAttachment{a})
	return post
}

// renderForm shows a form as a dialog. A dialog that breaks one of the server's
// limits is accepted by the server and shown by no client, so it is an error
// here.
func renderForm(f bot.Form) (*model.OpenDialogRequest, error) {
	d := model.Dialog{
		CallbackId: "convenantbot", Title: f.Title, IntroductionText: f.Intro, SubmitLabel: f.Send,
	}
	var many []string
	for _, field := range f.Fields {
		e := model.DialogElement{
			Name: field.Name, DisplayName: field.Label, HelpText: field.Help, Optional: field.Optional,
			Default: strings.Join(field.Default, ","),
		}
		switch field.Kind {
		case bot.ShortText:
			e.Type, e.MaxLength = "text", orElse(field.Max, model.DialogElementTextMaxLength)
		case bot.LongText:
			e.Type, e.MaxLength = "textarea", orElse(field.Max, model.DialogElementTextareaMaxLength)
		case bot.Date:
			e.Type = "date"
		case bot.Choice, bot.Choices:
			e.Type, e.MultiSelect = "select", field.Kind == bot.Choices
			for _, o := range field.Options {
				e.Options = append(e.Options, &model.PostActionOptions{Text: o.Label, Value: o.Value})
			}
			if len(e.Options) == 0 {
				return nil, fmt.Errorf("form: field %s has nothing to choose from", field.Name)
			}
		case bot.Users:
			e.Type, e.DataSource, e.MultiSelect = "select", "users", field.Many
		case bot.Tick:
			e.Type = "bool"
		default:
			return nil, fmt.Errorf("form: field %s has the unknown kind %q", field.Name, field.Kind)
		}
		if e.MultiSelect {
			many = append(many, field.Name)
		}
		d.Elements = append(d.Elements, e)
	}
	if strings.Contains(f.Ticket, "|") || f.Ticket == "" {
		return nil, fmt.Errorf("form: its ticket cannot be carried")
	}
	if n := utf8.RuneCountInString(f.Send); n == 0 || n > model.DialogTitleMaxLength {
		return nil, fmt.Errorf("form: the label of its button has %d characters", n)
	}
	d.State = f.Ticket + "|" + strings.Join(many, ",")
	req := &model.OpenDialogRequest{TriggerId: "-", URL: urlForm, Dialog: d}
	if err := req.IsValid(); err != nil {
		return nil, fmt.Errorf("form: the server's clients would not show it: %w", err)
	}
	return req, nil
}

func orElse(n, otherwise int) int {
	if n > 0 && n < otherwise {
		return n
	}
	return otherwise
}
