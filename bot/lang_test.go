package bot_test

import (
	"context"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"text/template"
	"text/template/parse"
	"time"
	"unicode/utf8"

	"go.yaml.in/yaml/v3"

	"github.com/convenantbot/convenantbot/bot"
	"github.com/convenantbot/convenantbot/bot/bottest"
	"github.com/convenantbot/convenantbot/bot/text"
)

// words tells one language of the catalogue from the other: the whole texts, and the
// longer pieces between what is filled in, that stand in no text of the other.
type words struct {
	whole  map[string]bool
	pieces []string
}

// in reports what of s is in this language.
func (w words) in(s string) string {
	if w.whole[s] {
		return s
	}
	for _, piece := range w.pieces {
		if strings.Contains(s, piece) {
			return piece
		}
	}
	return ""
}

// catalogueWords reads the catalogue from its files.
func catalogueWords(t *testing.T) map[text.Lang]words {
	t.Helper()
	texts := map[text.Lang]map[string]string{}
	for _, l := range []text.Lang{text.NL, text.EN} {
		texts[l] = map[string]string{}
		names, err := filepath.Glob(filepath.Join("text", string(l), "*.yaml"))
		if err != nil || len(names) == 0 {
			t.Fatalf("no texts: %v", err)
		}
		for _, name := range names {
			raw, err := os.ReadFile(name)
			if err != nil {
				t.Fatal(err)
			}
			if err := yaml.Unmarshal(raw, texts[l]); err != nil {
				t.Fatal(err)
			}
		}
	}
	funcs := template.FuncMap{}
	for _, name := range []string{"date", "moment", "list", "some", "count"} {
		funcs[name] = func(any) string { return "" }
	}
	for l, mine := range texts {
		var rules struct {
			Messages map[string]map[string]string `yaml:"messages"`
		}
		raw, err := os.ReadFile(filepath.Join("../rules/bundle", "messages."+string(l)+".yaml"))
		if err != nil {
			t.Fatal(err)
		}
		if err := yaml.Unmarshal(raw, &rules); err != nil || len(rules.Messages) < 60 {
			t.Fatalf("%d reasons of the rules, %v", len(rules.Messages), err)
		}
		for code, m := range rules.Messages {
			for field, words := range m {
				mine["rules."+code+"."+field] = words + "{{/* a part of a message */}}"
			}
		}
	}
	all := map[text.Lang]words{}
	for l, mine := range texts {
		other := texts[text.NL]
		if l == text.NL {
			other = texts[text.EN]
		}
		var theirs strings.Builder
		same := map[string]bool{}
		for _, s := range other {
			theirs.WriteString(s)
			same[strings.TrimSpace(s)] = true
		}
		w := words{whole: map[string]bool{}}
		for code, s := range mine {
			if strings.HasPrefix(code, "doctor") || strings.HasPrefix(code, "dash") {
				continue // not said in the chat
			}
			if s = strings.TrimSpace(s); !same[s] && !strings.Contains(s, "{{") {
				w.whole[s] = true
			}
			tree, err := template.New(code).Funcs(funcs).Parse(s)
			if err != nil {
				t.Fatal(err)
			}
			for _, piece := range literals(tree.Root) {
				for line := range strings.Lines(piece) {
					line = strings.Trim(line, " \n*_.,:;()>-\"")
					if utf8.RuneCountInString(line) >= 12 && strings.Contains(line, " ") && !strings.Contains(theirs.String(), line) {
						w.pieces = append(w.pieces, line)
					}
				}
			}
		}
		slices.Sort(w.pieces)
		w.pieces = slices.Compact(w.pieces)
		all[l] = w
	}
	return all
}

func literals(n parse.Node) (all []string) {
	lists := func(each ...*parse.ListNode) {
		for _, l := range each {
			if l != nil {
				all = append(all, literals(l)...)
			}
		}
	}
	switch n := n.(type) {
	case *parse.TextNode:
		all = append(all, string(n.Text))
	case *parse.ListNode:
		for _, one := range n.Nodes {
			all = append(all, literals(one)...)
		}
	case *parse.IfNode:
		lists(n.List, n.ElseList)
	case *parse.RangeNode:
		lists(n.List, n.ElseList)
	case *parse.WithNode:
		lists(n.List, n.ElseList)
	}
	return all
}

// polyglot is a chat in which not everybody speaks the same language. It looks at
// everything that the bot says, shows and hands over.
type polyglot struct {
	*bottest.Chat
	t     *testing.T
	words map[text.Lang]words
	langs map[bot.UserID]text.Lang // the others speak Dutch
	actor bot.UserID               // who acts now, and so is shown forms
	seen  map[text.Lang]int
	told  map[string]bool
}

func (p *polyglot) lang(user bot.UserID) text.Lang {
	if l := p.langs[user]; l != "" {
		return l
	}
	return text.NL
}

func (p *polyglot) look(what string, l text.Lang, said ...string) {
	p.t.Helper()
	other := text.NL
	if l == text.NL {
		other = text.EN
	}
	for _, s := range said {
		p.seen[l]++
		if wrong := p.words[other].in(s); wrong != "" && !p.told[wrong] {
			p.told[wrong] = true
			p.t.Errorf("%s: %q in %s stands in what reads %s:\n%s", what, wrong, other, l, s)
		}
	}
}

func (p *polyglot) message(what string, l text.Lang, m bot.Message) {
	if (m.Lang == text.EN) != (l == text.EN) {
		p.t.Errorf("%s: what stands around it would be in %q", what, m.Lang)
	}
	p.t.Helper()
	p.look(what, l, m.Text)
	for _, b := range m.Buttons {
		p.look(what+": button", l, b.Label)
	}
}

func (p *polyglot) form(user bot.UserID, f bot.Form) {
	if (f.Lang == text.EN) != (p.lang(user) == text.EN) {
		p.t.Errorf("what stands around the form %q for %s would be in %q", f.Title, user, f.Lang)
	}
	p.t.Helper()
	what, l := fmt.Sprintf("form %q of %s", f.Title, user), p.lang(user)
	p.look(what, l, f.Title, f.Intro, f.Send)
	for _, field := range f.Fields {
		p.look(what, l, field.Label, field.Help)
		if n := utf8.RuneCountInString(field.Label); n > 24 {
			p.t.Errorf("%s: %q has %d characters", what, field.Label, n)
		}
		for _, o := range field.Options {
			p.look(what+": option", l, o.Label)
		}
	}
}

func (p *polyglot) Post(ctx context.Context, room bot.ChannelID, m bot.Message, key string) (bot.MessageID, error) {
	l := text.NL
	for user := range p.langs {
		if p.DirectOf(user) == room {
			l = p.lang(user)
		}
	}
	p.message("posted in "+string(room), l, m)
	return p.Chat.Post(ctx, room, m, key)
}

func (p *polyglot) Tell(ctx context.Context, user bot.UserID, m bot.Message, key string) (bot.MessageID, error) {
	p.message("told "+string(user), p.lang(user), m)
	return p.Chat.Tell(ctx, user, m, key)
}

func (p *polyglot) Whisper(ctx context.Context, room bot.ChannelID, user bot.UserID, m bot.Message) error {
	p.message("whispered to "+string(user), p.lang(user), m)
	return p.Chat.Whisper(ctx, room, user, m)
}

func (p *polyglot) TellFile(ctx context.Context, user bot.UserID, d bot.Document, content io.Reader, key string) (bot.MessageID, error) {
	p.look("with a file for "+string(user), p.lang(user), d.Text)
	return p.Chat.TellFile(ctx, user, d, content, key)
}

func (p *polyglot) OpenForm(ctx context.Context, trigger string, f bot.Form) error {
	p.form(p.actor, f)
	return p.Chat.OpenForm(ctx, trigger, f)
}

// TestEverybodyReadsTheirOwnLanguage walks through everything twice, with other
// people speaking English each time: what they are told and shown is in English, what
// the others are is in Dutch, whoever acted, and so is what stands in the room.
func TestEverybodyReadsTheirOwnLanguage(t *testing.T) {
	t.Parallel()
	catalogue := catalogueWords(t)
	for _, english := range [][]bot.UserID{{ib, officer, stray, guide}, {lpa, carer, nobody, ghost}} {
		t.Run(fmt.Sprint(english), func(t *testing.T) {
			t.Parallel()
			p := &polyglot{t: t, words: catalogue, langs: map[bot.UserID]text.Lang{}, seen: map[text.Lang]int{}, told: map[string]bool{}}
			s := newStage(t, func(c *bottest.Chat) bot.Platform { p.Chat = c; return p })
			for _, user := range english {
				p.langs[user] = text.EN
				p.Speaks(user, "en-GB")
			}
			s.clock.Advance(11 * time.Minute) // the bot asks again for the language of each
			s.bot.Pages = "https://bot.example.org"
			s.walk(func(user bot.UserID, act func() error) {
				p.actor = user
				was, _ := s.person(user).OpenForm()
				if err := act(); err != nil {
					t.Fatal(err)
				}
				s.settle()
				now, err := s.person(user).OpenForm()
				if err != nil || now.Ticket == was.Ticket {
					return
				}
				for form := now; ; {
					values := s.fill(form)
					empty, err := s.bot.Submit(t.Context(), bot.Submission{Platform: bottest.ChatName, Ticket: form.Ticket, User: user, Channel: s.casus.Room})
					if err != nil {
						t.Fatal(err)
					}
					a, err := s.bot.Submit(t.Context(), bot.Submission{Platform: bottest.ChatName, Ticket: form.Ticket, User: user, Channel: s.casus.Room, Values: values})
					if err != nil {
						t.Fatal(err)
					}
					for _, answer := range []bot.FormAnswer{empty, a} {
						p.look("answer to "+form.Title, p.lang(user), answer.Text)
						for _, wrong := range answer.Errors {
							p.look("refusal of "+form.Title, p.lang(user), wrong)
						}
					}
					s.settle()
					if a.Next == nil {
						return
					}
					form = *a.Next
					p.form(user, form)
				}
			})
			if p.seen[text.NL] < 1000 || p.seen[text.EN] < 1000 {
				t.Errorf("%d texts in Dutch and %d in English were looked at; the walk is broken", p.seen[text.NL], p.seen[text.EN])
			}
			if text.Unread(s.store.Records()) || strings.Contains(s.store.Records(), "\\u001c") {
				t.Error("a text in every language was stored where nobody takes it out for its reader")
			}
		})
	}
}

// alwaysDutch are the functions that say something in Dutch to whoever reads it: what
// is printed or kept as a record, and what goes into a message for all.
var alwaysDutch = map[string][]string{
	"cardroom.go": {"cardPaper"}, "consentpaper.go": {"consentPaper", "onPaper"}, "points.go": {"minutes"}, "yesreceipt.go": {"receiptPaper"},
	"receipt.go": nil, "collect.go": nil, "takeover_give.go": {"takenDossier"}, "say.go": {"pasted"}, "dashsee.go": {"plainTopic"},
}

func TestOnlyPaperAndRecordsAreAlwaysInDutch(t *testing.T) {
	t.Parallel()
	names, err := filepath.Glob("*.go")
	if err != nil || len(names) < 100 {
		t.Fatalf("%d files, %v", len(names), err)
	}
	found := 0
	for _, name := range names {
		if strings.HasSuffix(name, "_test.go") {
			continue
		}
		file, err := parser.ParseFile(token.NewFileSet(), name, nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		for _, d := range file.Decls {
			in := ""
			if f, ok := d.(*ast.FuncDecl); ok {
				in = f.Name.Name
			}
			ast.Inspect(d, func(n ast.Node) bool {
				call, ok := n.(*ast.CallExpr)
				if !ok {
					return true
				}
				if sel, ok := call.Fun.(*ast.SelectorExpr); !ok || sel.Sel.Name != "NL" {
					return true
				}
				found++
				if may, ok := alwaysDutch[name]; !ok || may != nil && !slices.Contains(may, in) {
					t.Errorf("%s: %s says something in Dutch to whoever reads it; use Say", name, in)
				}
				return true
			})
		}
	}
	if found == 0 {
		t.Error("nothing is said in Dutch alone; the list is too long")
	}
}
