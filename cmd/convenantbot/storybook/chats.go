package storybook

import (
	_ "embed"
	"html/template"
	"regexp"
	"strings"

	"github.com/convenantbot/convenantbot/bot/text"
)

//go:embed chats.html.tmpl
var chatsSource string

// chats draw what Mattermost and Slack are sent, in the rough: which words, fields
// and buttons there are and in what order. Their own clients draw it otherwise.
var chats = template.Must(template.New("chats").Funcs(template.FuncMap{"mrkdwn": mrkdwn, "md": plainMarkdown}).Parse(chatsSource))

var (
	slackBold = regexp.MustCompile(`\*([^*\n]+)\*`)
	slackLink = regexp.MustCompile(`&lt;(?:[^|&]*\|)?([^|&]*)&gt;`)
	bold      = regexp.MustCompile(`\*\*([^*\n]+)\*\*`)
)

// mrkdwn shows Slack's marks. The text has its < > and & escaped as Slack wants
// them, and they are shown as what they stand for.
func mrkdwn(s string) template.HTML {
	s = template.HTMLEscapeString(s)
	s = slackLink.ReplaceAllString(s, "$1")
	s = strings.NewReplacer("&amp;lt;", "&lt;", "&amp;gt;", "&gt;", "&amp;amp;", "&amp;").Replace(s)
	return template.HTML(slackBold.ReplaceAllString(s, "<strong>$1</strong>"))
}

// plainMarkdown shows what is bold, and the rest as it is sent.
func plainMarkdown(s string) template.HTML {
	return template.HTML(bold.ReplaceAllString(template.HTMLEscapeString(s), "<strong>$1</strong>"))
}

// mine is what somebody's own page says.
func mine() string {
	for _, s := range text.Samples() {
		if s.Code == "mine.all" {
			return s.Shown[0][text.NL]
		}
	}
	return ""
}
