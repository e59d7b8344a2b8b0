package playground

import (
	"context"
	"database/sql"
	"fmt"
	"html/template"
	"net/url"
	"path"
	"slices"
	"strings"
	"time"
	"unicode"

	"github.com/convenantbot/convenantbot/bot"
	"github.com/convenantbot/convenantbot/internal/zone"
)

func sprintf(format string, args ...any) string { return fmt.Sprintf(format, args...) }

func (w *wordsOf) dayOf(t time.Time) string {
	t = t.In(zone.Amsterdam)
	return sprintf("%s %d %s", w.Days[t.Weekday()], t.Day(), w.Months[t.Month()-1])
}

func clockOf(t time.Time) string { return t.In(zone.Amsterdam).Format("15:04") }

func (w *wordsOf) sizeOf(n int64) string {
	switch {
	case n < 1000:
		return sprintf(w.Bytes, n)
	case n < 1_000_000:
		return sprintf(w.Kilobytes, (n+500)/1000)
	}
	tenths := (n + 50_000) / 100_000
	return sprintf(w.Megabytes, tenths/10, tenths%10)
}

type personView struct {
	W            *wordsOf
	ID           bot.UserID
	Name         string
	First        string
	Function     string
	Organisation string
	About        string
	Initials     string
	Tint         int
	Bot          bool
	Outsider     bool
}

const tints = 8

// personView is somebody in the words of who looks.
func (c *Chat) personView(w *wordsOf, id bot.UserID) personView {
	if id == BotUser {
		return personView{W: w, ID: id, Name: w.Product, First: w.Product, Function: w.BotFunction, Bot: true}
	}
	p := c.people[id]
	v := personView{W: w, ID: id, Name: orElse(p.Name, string(id)), Function: p.Function, Organisation: c.orgs[p.Organisation], About: p.About, Outsider: p.Outsider}
	v.First, _, _ = strings.Cut(v.Name, " ")
	for _, word := range strings.Fields(v.Name) {
		if r := []rune(word)[0]; unicode.IsUpper(r) && len([]rune(v.Initials)) < 2 {
			v.Initials += string(r)
		}
	}
	v.Tint = max(0, slices.IndexFunc(c.order, func(o Person) bool { return o.ID == id })) % tints
	return v
}

// pageView is everything a page of a channel shows.
type pageView struct {
	W         *wordsOf
	Token     string
	Notice    string
	Forgets   string
	Trains    bool // may be anybody and set the clock
	Me        personView
	Home      string
	At        place
	Rev       int64
	Title     string
	Name      string // of the channel, or of the other person
	Subtitle  string
	Kind      string
	Partner   *personView
	Protected bool
	Archived  bool
	Closed    bool
	Label     string // of the composer
	People    int    // how many are in it
	PeopleAll bool
	Pinned    []*messageView
	Messages  []*messageView
	Whispers  []*messageView
	List      []*messageView // both, in order, without replies
	Root      *messageView
	Replies   []*messageView

	Public, Private, Shelf []linkView
	Direct                 []linkView
	BotLink                linkView

	Members *membersView
	Tour    *tourView
	Clock   clockView
	Script  scriptView
}

type linkView struct {
	W       *wordsOf
	URL     string
	Name    string
	Title   string
	Here    bool
	Unread  int
	Person  *personView
	Private bool
}

type messageView struct {
	W        *wordsOf      `json:"-"`
	ID       string        `json:"id"`
	Seq      int64         `json:"seq"`
	Thread   bot.MessageID `json:"thread"`
	Author   bot.UserID    `json:"author"`
	Text     string        `json:"text"`
	HTML     string        `json:"html"`
	Pinned   bool          `json:"pinned"`
	Hidden   bool          `json:"hidden"`
	Noted    bool          `json:"noted"`
	Whisper  bool          `json:"whisper"`
	Files    []fileView    `json:"files"`
	Buttons  []buttonView  `json:"buttons"`
	From     personView    `json:"-"`
	Mine     bool          `json:"-"`
	Body     template.HTML `json:"-"`
	Note     string        `json:"-"`
	At       string        `json:"-"`
	Clock    string        `json:"-"`
	Day      string        `json:"-"`
	Via      bool          `json:"-"`
	Replies  int           `json:"-"`
	ReplyURL string        `json:"-"`
	InThread bool          `json:"-"`
	Open     bool          `json:"-"` // one may reply
}

type fileView struct {
	ID   string `json:"id"`
	Name string `json:"name"`
	Size string `json:"size"`
	URL  string `json:"url"`
	Ext  string `json:"-"`
	Hint string `json:"-"`
}

type buttonView struct {
	Index  int    `json:"index"`
	Label  string `json:"label"`
	Danger bool   `json:"danger"`
}

type membersView struct {
	People  []personView
	Others  []personView
	Editing bool
	All     bool
}

type clockView struct {
	Day, Time, ISO, Min string
	Ahead               string
}

// scriptView is what the script has to know to begin.
type scriptView struct {
	Home     string            `json:"home"`
	Me       bot.UserID        `json:"me"`
	At       place             `json:"at"`
	Rev      int64             `json:"rev"`
	Closed   bool              `json:"closed"`
	Words    map[string]string `json:"words"`
	Commands []Suggestion      `json:"commands"`
	People   []userView        `json:"people"`
}

type userView struct {
	ID       bot.UserID `json:"id"`
	Name     string     `json:"name"`
	Function string     `json:"function"`
}

func (c *Chat) users(w *wordsOf, bots bool) []userView {
	var all []userView
	if bots {
		all = append(all, userView{BotUser, w.Product, w.BotFunction})
	}
	for _, p := range c.active() {
		all = append(all, userView{p.ID, p.Name, p.Function})
	}
	return all
}

// formView is a form as the script shows it. The ticket stays here.
type formView struct {
	ID     string      `json:"id"`
	Title  string      `json:"title"`
	Intro  string      `json:"intro"` // HTML
	Send   string      `json:"send"`
	Fields []fieldView `json:"fields"`
	Users  []userView  `json:"users"`
}

type fieldView struct {
	Name     string        `json:"name"`
	Label    string        `json:"label"`
	Help     string        `json:"help"`
	Kind     bot.FieldKind `json:"kind"`
	Options  []optionView  `json:"options"`
	Default  []string      `json:"default"`
	Optional bool          `json:"optional"`
	Many     bool          `json:"many"`
	Max      int           `json:"max"`
}

type optionView struct {
	Value string `json:"value"`
	Label string `json:"label"`
}

// What bot.Field.Max means when it is zero.
const (
	shortMax = 150
	longMax  = 3000
)

func (c *Chat) viewForm(s shown) *formView {
	v := &formView{ID: s.ID, Title: s.Form.Title, Send: s.Form.Send, Users: c.users(c.wordsFor(s.Person), false)}
	if s.Form.Intro != "" {
		v.Intro = string(c.markdown(s.Form.Intro))
	}
	for _, f := range s.Form.Fields {
		one := fieldView{Name: f.Name, Label: f.Label, Help: f.Help, Kind: f.Kind, Default: f.Default, Optional: f.Optional, Many: f.Many, Max: f.Max}
		for _, o := range f.Options {
			one.Options = append(one.Options, optionView(o))
		}
		if one.Max == 0 {
			one.Max = shortMax
			if f.Kind == bot.LongText {
				one.Max = longMax
			}
		}
		v.Fields = append(v.Fields, one)
	}
	return v
}

func (c *Chat) markdown(text string) template.HTML {
	return markdown(text, func(name string) bool {
		_, ok := c.people[bot.UserID(name)]
		return ok || bot.UserID(name) == BotUser
	})
}

// view reads what who sees at a place: what changed after rev, and everything
// around it. ErrNotFound: there is no such channel for them.
func (c *Chat) view(ctx context.Context, who bot.UserID, at place, rev int64, seen bool) (*pageView, error) {
	w := c.wordsFor(who)
	v := &pageView{W: w, Me: c.personView(w, who), Home: home(who), At: at, Forgets: c.forgetsLine(ctx, w)}
	marked := false
	err := c.store.do(ctx, func(tx *sql.Tx) error {
		ch, err := channelFor(tx, at.Channel, who)
		if err != nil {
			return err
		}
		if v.Rev, err = currentRev(tx); err != nil {
			return err
		}
		if seen {
			if marked, err = markRead(tx, ch.ID, who); err != nil {
				return err
			}
		}
		if err := c.viewChannel(tx, v, ch, who); err != nil {
			return err
		}
		if err := c.viewMessages(tx, v, ch, who, rev); err != nil {
			return err
		}
		if err := c.viewLinks(tx, v, who); err != nil {
			return err
		}
		if at.Panel == "rondleiding" && at.Thread == "" {
			done, err := stepsDone(tx)
			v.Tour = c.viewTour(v, done)
			return err
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	c.viewClock(v)
	v.Script = scriptView{Home: v.Home, Me: who, At: at, Rev: v.Rev, Closed: v.Closed, Words: v.W.script(), Commands: c.commands, People: c.users(v.W, true)}
	if marked { // the same person may have other windows
		c.hub.poke()
	}
	return v, nil
}

func (c *Chat) viewChannel(tx *sql.Tx, v *pageView, ch channel, who bot.UserID) error {
	v.Kind, v.Protected, v.Archived, v.Closed = ch.Kind, ch.Protected, ch.Archived, ch.Archived
	v.Name, v.Subtitle = ch.Name, ch.Title
	v.Label = sprintf(v.W.WriteIn, ch.Name)
	switch ch.Kind {
	case direct:
		p := c.personView(v.W, partner(ch.ID, who))
		v.Partner, v.Name, v.Subtitle = &p, p.Name, p.Function
		if p.Organisation != "" {
			v.Subtitle += ", " + p.Organisation
		}
		v.Label = sprintf(v.W.WriteTo, p.Name)
	case public:
		v.PeopleAll = true
		v.Label = sprintf(v.W.WriteIn, "#"+ch.Name)
	case private:
		users, err := membersOf(tx, ch.ID)
		if err != nil {
			return err
		}
		v.People = len(users)
		if v.At.Panel != "leden" {
			break
		}
		v.Members = &membersView{Editing: !ch.Archived}
		for _, u := range users {
			v.Members.People = append(v.Members.People, c.personView(v.W, u))
		}
		for _, p := range c.active() {
			if !slices.Contains(users, p.ID) {
				v.Members.Others = append(v.Members.Others, c.personView(v.W, p.ID))
			}
		}
	}
	if ch.Kind == public && v.At.Panel == "leden" {
		v.Members = &membersView{All: true}
		for _, p := range c.active() {
			v.Members.People = append(v.Members.People, c.personView(v.W, p.ID))
		}
	}
	v.Title = v.Name + " · " + v.Me.First + " · " + v.W.TryOut
	return nil
}

// viewMessages reads the messages that changed after rev, oldest first.
func (c *Chat) viewMessages(tx *sql.Tx, v *pageView, ch channel, who bot.UserID, rev int64) error {
	all, err := list(tx, scanMessage, `SELECT `+messageColumns+` FROM messages WHERE channel = ? AND rev > ? ORDER BY seq`, ch.ID, rev)
	if err != nil {
		return err
	}
	byMessage := map[bot.MessageID][]fileView{}
	files, err := list(tx, scanFile, `SELECT `+fileColumns+` FROM files WHERE channel = ? AND message IS NOT NULL ORDER BY at, id`, ch.ID)
	if err != nil {
		return err
	}
	for _, f := range files {
		byMessage[f.Message] = append(byMessage[f.Message], fileView{ID: f.ID, Name: f.Name, Size: v.W.sizeOf(f.Size), URL: home(who) + "bestand/" + f.ID,
			Ext: strings.ToLower(strings.TrimPrefix(path.Ext(f.Name), ".")), Hint: sprintf(v.W.Download, f.Name)})
	}
	type count struct {
		root bot.MessageID
		n    int
	}
	counts, err := list(tx, func(row func(...any) error) (count, error) {
		var one count
		err := row(&one.root, &one.n)
		return one, err
	}, `SELECT thread, count(*) FROM messages WHERE channel = ? AND thread <> '' AND hidden = 0 GROUP BY thread`, ch.ID)
	if err != nil {
		return err
	}
	replies := map[bot.MessageID]int{}
	for _, one := range counts {
		replies[one.root] = one.n
	}
	v.Messages = []*messageView{}
	for _, m := range all {
		one := c.messageView(m, who)
		one.Replies = replies[m.ID]
		one.ReplyURL = v.Home + "kanaal/" + url.PathEscape(string(ch.ID)) + "?draad=" + url.QueryEscape(string(m.ID))
		one.Open = !ch.Archived && !one.Noted && !one.Hidden
		if !m.Hidden {
			one.Files = byMessage[m.ID]
		}
		v.Messages = append(v.Messages, one)
		if m.Pinned && !m.Hidden {
			v.Pinned = append(v.Pinned, one)
		}
		switch {
		case v.At.Thread != "" && m.ID == v.At.Thread && m.Thread == "":
			root := *one
			root.InThread = true
			v.Root = &root
		case v.At.Thread != "" && m.Thread == v.At.Thread:
			one.InThread = true
			v.Replies = append(v.Replies, one)
		}
		if m.Thread != "" {
			one.InThread = true
		}
	}
	// The header names what is pinned, changed or not.
	if rev > 0 {
		pinned, err := list(tx, scanMessage, `SELECT `+messageColumns+` FROM messages WHERE channel = ? AND pinned = 1 AND hidden = 0 ORDER BY seq`, ch.ID)
		if err != nil {
			return err
		}
		v.Pinned = nil
		for _, m := range pinned {
			v.Pinned = append(v.Pinned, c.messageView(m, who))
		}
	}
	v.Whispers = []*messageView{}
	for _, wh := range c.whispers.of(ch.ID, who) {
		one := c.messageView(message{ID: bot.MessageID(wh.ID), Seq: wh.After, Author: wh.Author, Kind: said, Text: wh.Text, Buttons: wh.Buttons, At: wh.At}, who)
		one.Whisper = true
		v.Whispers = append(v.Whispers, one)
	}
	for _, m := range v.Messages {
		if m.Thread == "" {
			v.List = append(v.List, m)
		}
	}
	v.List = append(v.List, v.Whispers...)
	slices.SortStableFunc(v.List, func(a, b *messageView) int { return int(a.Seq - b.Seq) })
	return nil
}

func (c *Chat) messageView(m message, who bot.UserID) *messageView {
	w := c.wordsFor(who)
	v := &messageView{W: w, ID: string(m.ID), Seq: m.Seq, Thread: m.Thread, Author: m.Author, Pinned: m.Pinned, Hidden: m.Hidden,
		At: m.At.Format(time.RFC3339), Clock: clockOf(m.At), Day: w.dayOf(m.At), Via: m.Via, Mine: m.Author == who, From: c.personView(w, m.Author),
		Files: []fileView{}, Buttons: []buttonView{}}
	switch {
	case m.Kind == noted:
		v.Noted, v.Note = true, c.notedLine(w, m.Text)
	case !m.Hidden:
		v.Text, v.Body = m.Text, c.markdown(m.Text)
		for i, b := range m.Buttons {
			v.Buttons = append(v.Buttons, buttonView{i, b.Label, b.Danger})
		}
	}
	return v
}

func (c *Chat) notedLine(w *wordsOf, text string) string {
	part := strings.SplitN(text, "|", 3)
	if len(part) < 3 {
		return ""
	}
	user, by := c.personView(w, bot.UserID(part[1])).Name, c.personView(w, bot.UserID(part[2])).Name
	self := part[1] == part[2]
	switch {
	case part[0] == string(bot.Joined) && self:
		return sprintf(w.JoinedSelf, user)
	case part[0] == string(bot.Joined):
		return sprintf(w.Joined, user, by)
	case part[0] == string(bot.Left) && self:
		return sprintf(w.LeftSelf, user)
	case part[0] == string(bot.Left):
		return sprintf(w.Left, user, by)
	}
	return w.ArchivedNote
}

// viewLinks reads the list of channels with what is unread in each.
func (c *Chat) viewLinks(tx *sql.Tx, v *pageView, who bot.UserID) error {
	type row struct {
		channel
		unread int
	}
	rows, err := list(tx, func(scan func(...any) error) (row, error) {
		var r row
		err := scan(&r.ID, &r.Name, &r.Title, &r.Kind, &r.Archived, &r.unread)
		return r, err
	}, `SELECT c.id, c.name, c.title, c.kind, c.archived,
		(SELECT count(*) FROM messages m WHERE m.channel = c.id AND m.kind = 'said' AND m.hidden = 0 AND m.author <> ?1
			AND m.seq > coalesce((SELECT seq FROM reads r WHERE r.channel = c.id AND r.person = ?1), 0))
		FROM channels c
		WHERE c.erasing = 0 AND (c.kind = 'public' OR EXISTS (SELECT 1 FROM members m WHERE m.channel = c.id AND m.person = ?1))
		ORDER BY c.created, c.rowid`, who)
	if err != nil {
		return err
	}
	var stays []string
	if v.At.Panel == "rondleiding" {
		stays = append(stays, "paneel=rondleiding")
		if v.At.Soft {
			stays = []string{softTour}
		}
	}
	if v.At.Tour != "" { // also while it is put away
		stays = append(stays, "tour="+url.QueryEscape(v.At.Tour))
	}
	suffix := ""
	if len(stays) > 0 {
		suffix = "?" + strings.Join(stays, "&")
	}
	unread := map[bot.UserID]int{}
	for _, r := range rows {
		l := linkView{W: v.W, URL: v.Home + "kanaal/" + url.PathEscape(string(r.ID)) + suffix, Name: r.Name, Title: r.Title, Here: r.ID == v.At.Channel, Unread: r.unread, Private: r.Kind == private}
		if l.Here {
			l.Unread = 0
		}
		switch {
		case r.Kind == direct:
			unread[partner(r.ID, who)] = l.Unread
		case r.Archived:
			v.Shelf = append(v.Shelf, l)
		case r.Kind == private:
			v.Private = append(v.Private, l)
		default:
			v.Public = append(v.Public, l)
		}
	}
	person := func(id bot.UserID) linkView {
		p := c.personView(v.W, id)
		return linkView{W: v.W, URL: v.Home + "met/" + string(id) + suffix, Name: p.Name, Title: p.Function, Person: &p,
			Unread: unread[id], Here: v.At.Channel == directID(who, id)}
	}
	v.BotLink = person(BotUser)
	for _, p := range c.active() {
		if p.ID != who {
			v.Direct = append(v.Direct, person(p.ID))
		}
	}
	return nil
}

// markRead notes that who has seen everything in a channel. It is false when
// there was nothing new.
func markRead(tx *sql.Tx, in bot.ChannelID, who bot.UserID) (bool, error) {
	done, err := tx.Exec(`INSERT INTO reads (channel, person, seq) SELECT ?1, ?2, coalesce(max(seq), 0) FROM messages WHERE channel = ?1
		ON CONFLICT (channel, person) DO UPDATE SET seq = excluded.seq WHERE excluded.seq > reads.seq`, in, who)
	if err != nil {
		return false, err
	}
	n, err := done.RowsAffected()
	return n > 0, err
}

func (c *Chat) viewClock(v *pageView) {
	now := c.clock.Now().In(zone.Amsterdam)
	v.Clock = clockView{Day: v.W.dayOf(now) + " " + now.Format("2006"), Time: clockOf(now), ISO: now.Format(time.RFC3339), Min: now.AddDate(0, 0, 1).Format(time.DateOnly)}
	switch days := int(c.clock.Ahead().Round(time.Hour) / (24 * time.Hour)); {
	case days == 1:
		v.Clock.Ahead = v.W.ClockOne
	case days > 1:
		v.Clock.Ahead = sprintf(v.W.ClockAhead, days)
	}
}
