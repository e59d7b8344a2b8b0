package bot

import (
	"slices"

	"github.com/convenantbot/convenantbot/bot/text"
)

// HandbookPage is one chapter of the handbook, for who reads it outside the chat.
type HandbookPage struct {
	Name, Title string
	Body        string   // paragraphs, as the bot writes them in the chat
	Roles       []string // names of HandbookRoles; none: everybody
	Commands    []text.HandbookLine
}

// HandbookRole is somebody who reads it: a name for addresses, what people call it,
// and what it does with the bot, in paragraphs.
type HandbookRole struct{ Name, Title, Body string }

// HandbookPages are the chapters in their order, the same as under "/convenant
// help".
func HandbookPages() []HandbookPage {
	var out []HandbookPage
	for _, c := range allChapters() {
		out = append(out, HandbookPage{Name: c.Name, Title: text.ChapterTitle(c.Name), Body: text.ChapterBody(c.Name), Roles: c.roles(), Commands: helpLines(c.Commands)})
	}
	return text.Read(text.NL, out)
}

// HandbookRoles are the roles, in the order of the handbook.
func HandbookRoles() []HandbookRole {
	var out []HandbookRole
	for _, r := range handbookRoles {
		out = append(out, HandbookRole{r.Name, text.RoleName(r.Name), text.RoleDuty(r.Name)})
	}
	return text.Read(text.NL, out)
}

// For says whether a page is for a role.
func (p HandbookPage) For(role string) bool {
	return len(p.Roles) == 0 || slices.Contains(p.Roles, role)
}
