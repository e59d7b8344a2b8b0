package bot

import (
	"context"
	"sync"
	"time"

	"github.com/convenantbot/convenantbot/bot/text"
	"github.com/convenantbot/convenantbot/internal/paper"
)

// Use cases say everything in every language (text.Message.Say). Where words leave
// the bot for one reader, they are taken out in the language of that reader's chat:
// what is told, whispered, shown as a form or answered to one. What is posted in a
// room for all is in Dutch, and so are papers and records: the law and the convenant
// are. A language decides about words and about nothing else.

const (
	// localeTerm is how long the bot waits to hear somebody's language before it
	// speaks Dutch.
	localeTerm = time.Second
	// localeKeep is how long it takes a language to be as it was.
	localeKeep = 10 * time.Minute
	// localeRetry is how long it speaks Dutch when it heard nothing.
	localeRetry = time.Minute
	// mostLocales is how many people's languages are remembered.
	mostLocales = 10_000
)

// locales remembers for a while which language people's chats have. It is kept in
// memory only.
type locales struct {
	mu    sync.Mutex
	known map[Account]locale
}

type locale struct {
	lang  text.Lang
	until time.Time
}

// langOf is the language of somebody's chat: Dutch when that is another one, or not
// to be heard in time.
func (b *Bot) langOf(ctx context.Context, platform string, user UserID) text.Lang {
	p := b.platforms[platform]
	if p == nil || user == "" {
		return text.NL
	}
	who, now := Account{Platform: platform, User: user}, b.Now()
	b.locales.mu.Lock()
	known, ok := b.locales.known[who]
	b.locales.mu.Unlock()
	if ok && now.Before(known.until) {
		return known.lang
	}
	asking, cancel := context.WithTimeout(ctx, localeTerm)
	defer cancel()
	heard, err := p.Locale(asking, user)
	l := locale{text.LangOf(heard), now.Add(localeKeep)}
	if err != nil {
		l = locale{text.NL, now.Add(localeRetry)}
		if ok {
			l.lang = known.lang // as it was
		}
	}
	b.locales.mu.Lock()
	defer b.locales.mu.Unlock()
	if len(b.locales.known) >= mostLocales || b.locales.known == nil {
		b.locales.known = map[Account]locale{}
	}
	b.locales.known[who] = l
	return l.lang
}

// readForm is a form for a reader of l.
func readForm(l text.Lang, f Form) Form {
	f = text.Read(l, f)
	f.Lang = shownLang(l)
	return f
}

// readMessage is a message for a reader of l.
func readMessage(l text.Lang, m Message) Message {
	m = text.Read(l, m)
	m.Lang = shownLang(l)
	return m
}

// readAnswer is what becomes of a form, for a reader of l.
func readAnswer(l text.Lang, a FormAnswer) FormAnswer {
	a = text.Read(l, a)
	if a.Lang = shownLang(l); a.Next != nil {
		a.Next.Lang = a.Lang
	}
	return a
}

// shownLang is l as what is shown carries it: Dutch is blank.
func shownLang(l text.Lang) text.Lang {
	if l == text.NL {
		return ""
	}
	return l
}

// forOne is a text for somebody whose chat has a language.
func (b *Bot) forOne(ctx context.Context, platform string, user UserID, s string) string {
	if !text.Unread(s) {
		return s
	}
	return text.For(b.langOf(ctx, platform, user), s)
}

// onPaperNL is a paper as it is printed: in Dutch, as the forms of the convenant are.
func onPaperNL(doc *paper.Document) paper.Document { return text.Read(text.NL, *doc) }
