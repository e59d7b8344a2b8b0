package mattermost

import (
	"github.com/mattermost/mattermost/server/public/model"

	"github.com/convenantbot/convenantbot/bot"
)

// ShownForm is a form as the server is given it, for who wants to see that without
// a server. A form that its clients would not show is an error.
func ShownForm(f bot.Form) (model.Dialog, error) {
	d, err := renderForm(f)
	if err != nil {
		return model.Dialog{}, err
	}
	return d.Dialog, nil
}

// ShownPost is what a message is to the server, as far as people see it.
type ShownPost struct {
	Message string         `json:"message"`
	Props   map[string]any `json:"props"`
}

// ShownMessage is a message likewise.
func ShownMessage(m bot.Message) ShownPost {
	p := renderMessage(m)
	return ShownPost{p.Message, p.GetProps()}
}
