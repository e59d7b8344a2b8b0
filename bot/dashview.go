package bot

import (
	"cmp"
	"context"
	"slices"
	"strings"
	"time"

	"github.com/convenantbot/convenantbot/bot/text"
)

// DashQuery asks for one view of the dashboard, as somebody with a session and a
// hat.
type DashQuery struct {
	Token string
	Hat   Hat
	View  string
	After Ref    // where the next page of a list begins
	Poll  bool   // the page asks by itself whether anything changed: that is no use and no look
	As    string // the file that is made of it; blank: a page
}

// Dash is one view. Whatever shows it, a page, a file or a picture, shows this and
// nothing else.
type Dash struct {
	View   string
	Views  []string // that this hat has
	Hat    Hat
	Hats   []Hat
	Now    time.Time
	Ends   time.Time // of the session, whatever is done with it
	Facts  []DashFact
	Tables []DashTable
	Acts   []DashAct // on the view as a whole
	Next   Ref       // where the next page begins; blank: there is none
	Notes  []string  // codes of sentences about what is and is not shown
}

// DashFact is one number that stands out.
type DashFact struct {
	Code string
	N    int
	More bool   // there may be more: not all was looked at
	View string // where it is shown in full
}

// DashTable is rows under columns. Chart says how it can be drawn; blank: it is
// only read.
type DashTable struct {
	Code    string
	Columns []string
	Rows    []DashRow
	Chart   string
}

// The charts.
const (
	ChartBars     = "bars"     // a bar for the last column of each row
	ChartMatrix   = "matrix"   // a field for each number
	ChartCalendar = "calendar" // a field for each day
)

// DashRow is one row.
type DashRow struct {
	Cells []DashCell
	Acts  []DashAct
}

// DashCell is text, a number, a day or a moment.
type DashCell struct {
	Text  string
	Key   string // the code of what Text says in words: what to look it up by; blank: there is none
	N     int
	Is    CellKind
	Small bool // a number below the least that is shown; N is 0
}

// CellKind says what a cell is.
type CellKind int

// The kinds of cells.
const (
	CellText CellKind = iota
	CellNumber
	CellDay    // Text is YYYY-MM-DD
	CellMoment // Text is RFC 3339
	CellCode   // of a casus, a decision or a bundle, which have no other name
)

// DashAct is something that can be done, on what.
type DashAct struct {
	Code   string
	Casus  Ref
	Object string
}

// The acts of the dashboard, as its addresses spell them.
const (
	DoHold        = "bewaar"
	DoRelease     = "vrijgeven"
	DoAgree       = "akkoord"
	DoApprove     = "regels"
	DoAdopt       = "vaststellen"
	DoProposePlan = "plan"
	DoRunPlan     = "uitvoeren"
)

func words(s string) DashCell    { return DashCell{Text: s} }
func codeCell(s string) DashCell { return DashCell{Text: s, Is: CellCode} }

// named is a code in words. Without words it is only itself.
func named(code, name string) DashCell {
	if name == "" || code == "" {
		return codeCell(code)
	}
	return DashCell{Text: name, Key: code}
}
func number(n int) DashCell { return DashCell{N: n, Is: CellNumber} }
func onDay(t time.Time) DashCell {
	if t.IsZero() {
		return DashCell{}
	}
	return DashCell{Text: t.In(amsterdam).Format(time.DateOnly), Is: CellDay}
}
func atMoment(t time.Time) DashCell {
	if t.IsZero() {
		return DashCell{}
	}
	return DashCell{Text: t.In(amsterdam).Format(time.RFC3339), Is: CellMoment}
}

// least is the smallest number that is shown of decisions: a smaller one could
// point at somebody.
const least = 5

// few is n, or that it is too small to be shown. Nothing is as telling as a little.
func enough(n int) DashCell {
	if n < least {
		return DashCell{Is: CellNumber, Small: true}
	}
	return number(n)
}

// dashPage is how many casussen one page looks into.
const dashPage = 200

// view is one view of the dashboard: who may see it, and how it is made.
type view struct {
	Name  string
	Right Right
	Make  func(b *Bot, ctx context.Context, tx Tx, s seat, q DashQuery, d *Dash) error
}

// views is the one table of views, in the order in which they are offered.
var views = []view{
	{"begin", MayOversee, (*Bot).viewStart},
	{"casussen", MayOversee, (*Bot).viewCasussen},
	{"toestemming", MaySeeComing, (*Bot).viewConsents},
	{"verjaardagen", MaySeeComing, (*Bot).viewBirthdays},
	{"bewaren", MayOversee, (*Bot).viewRetention},
	{"blokkades", MayOversee, (*Bot).viewHolds},
	{"incidenten", MayOversee, (*Bot).viewIncidents},
	{"overname", MayOversee, (*Bot).viewHandovers},
	{"besluiten", MaySupervise, (*Bot).viewDecisions},
	{"steekproef", MaySupervise, (*Bot).viewSample},
	{"uitzonderingen", MaySeeExceptions, (*Bot).viewExceptions},
	{"vragen", MayReadQuestions, (*Bot).viewQuestions},
	{"regels", MaySupervise, (*Bot).viewRules},
	{"bot", MaySupervise, (*Bot).viewBot},
	{"logboek", MaySupervise, (*Bot).viewLog},
}

// DashViews lists the names of all views.
func DashViews() []string {
	var all []string
	for _, v := range views {
		all = append(all, v.Name)
	}
	return all
}

// Dash makes one view, for who has the session. A SignedOutError: nobody has it any
// more. ErrForbidden: it is not theirs, or there is none. It asks a fixed number of
// questions of the store, however many casussen there are.
func (b *Bot) Dash(ctx context.Context, q DashQuery) (Dash, error) {
	i := slices.IndexFunc(views, func(v view) bool { return v.Name == q.View })
	right := MayOversee
	if i >= 0 {
		right = views[i].Right
	}
	var s seat
	look := func(tx Tx, now seat) error {
		if s = now; i < 0 {
			return ErrForbidden
		}
		if q.Poll {
			return nil
		}
		e := Entry{Act: ActRead, Object: "overview:" + q.View}
		if q.As != "" {
			e.Reasons = []string{"as:" + q.As}
		}
		return b.record(tx, s.who, e)
	}
	var err error
	if q.Poll {
		err = b.Store.View(ctx, func(tx Tx) error {
			now, err := b.sit(tx, q.Token, q.Hat)
			if err == nil && !now.hat.standings().May(right) {
				err = ErrForbidden
			}
			if err != nil {
				return err
			}
			return look(tx, now)
		})
	} else {
		err = b.atDash(ctx, q, right, look)
	}
	if err != nil {
		return Dash{}, err
	}
	d := Dash{View: q.View, Hat: s.hat, Hats: s.hats, Now: b.Now(), Ends: s.session.Expires}
	for _, v := range views {
		if s.hat.standings().May(v.Right) {
			d.Views = append(d.Views, v.Name)
		}
	}
	err = b.Store.View(ctx, func(tx Tx) error {
		d.Facts, d.Tables, d.Acts, d.Notes, d.Next = nil, nil, nil, nil, ""
		return views[i].Make(b, ctx, readAhead{Tx: tx, orgs: map[OrgID]orgRead{}, people: map[PersonID]personRead{}, by: map[Ref]*Watched{}}, s, q, &d)
	})
	return text.Read(text.NL, d), err
}

// readAhead answers from what was read together, so that what looks at one casus
// after another asks nothing more.
type readAhead struct {
	Tx
	orgs   map[OrgID]orgRead
	people map[PersonID]personRead
	by     map[Ref]*Watched
}

type orgRead struct {
	org Organisation
	err error
}

type personRead struct {
	person Person
	err    error
}

func (r readAhead) Organisation(id OrgID) (Organisation, error) {
	if len(r.orgs) == 0 {
		all, err := r.Tx.Organisations()
		if err != nil {
			return Organisation{}, err
		}
		for _, o := range all {
			r.orgs[o.ID] = orgRead{org: o}
		}
	}
	if o, ok := r.orgs[id]; ok {
		return o.org, o.err
	}
	return Organisation{}, ErrNotFound
}

func (r readAhead) Person(id PersonID) (Person, error) {
	if p, ok := r.people[id]; ok {
		return p.person, p.err
	}
	p, err := r.Tx.Person(id)
	r.people[id] = personRead{p, err}
	return p, err
}

func (r readAhead) Consents(ref Ref) ([]Consent, error) {
	if w := r.by[ref]; w != nil {
		return w.Consents, nil
	}
	return r.Tx.Consents(ref)
}

func (r readAhead) Agreements(ref Ref) ([]Agreement, error) {
	if w := r.by[ref]; w != nil {
		return w.Agreements, nil
	}
	return r.Tx.Agreements(ref)
}

// look reads one page of what the seat watches over, and notes in d where the next
// one begins. Who leads sees what they lead and still take part in.
func (b *Bot) lookInto(tx Tx, s seat, q DashQuery, d *Dash, statuses ...Status) ([]Watched, error) {
	all, err := tx.Watched(s.hat.watch(s.who.ID), q.After, dashPage+1, statuses...)
	if err != nil {
		return nil, err
	}
	if len(all) > dashPage {
		all = all[:dashPage]
		d.Next = all[dashPage-1].Casus.Ref
	}
	if s.hat.Kind == HatLead {
		all = slices.DeleteFunc(all, func(w Watched) bool {
			i := slices.IndexFunc(w.Casus.Private.Members, func(m Member) bool { return m.ID == s.who.ID })
			return i < 0 || !b.isPresent(tx, w.Casus.Private.Members[i])
		})
	}
	if ahead, ok := tx.(readAhead); ok {
		for i := range all {
			ahead.by[all[i].Casus.Ref] = &all[i]
		}
	}
	return all, nil
}

// counts is how many casussen of the seat stand where.
func (b *Bot) counts(tx Tx, s seat) ([]WatchedCount, error) {
	if s.hat.Kind != HatLead {
		return tx.WatchedCounts(s.hat.watch(s.who.ID))
	}
	all, err := b.lookInto(tx, s, DashQuery{}, &Dash{})
	var out []WatchedCount
	for _, w := range all {
		c := WatchedCount{Status: w.Casus.Status, Kind: w.Casus.Kind, Phase: w.Casus.Phase}
		i := slices.IndexFunc(out, func(o WatchedCount) bool { return o.Status == c.Status && o.Kind == c.Kind && o.Phase == c.Phase })
		if i < 0 {
			i = len(out)
			out = append(out, c)
		}
		out[i].Count++
	}
	slices.SortFunc(out, func(x, y WatchedCount) int {
		return cmp.Or(cmp.Compare(x.Status, y.Status), cmp.Compare(x.Kind, y.Kind), cmp.Compare(x.Phase, y.Phase))
	})
	return out, err
}

// viewStart is where somebody begins: the numbers, and the open casussen by kind
// and phase.
func (b *Bot) viewStart(ctx context.Context, tx Tx, s seat, q DashQuery, d *Dash) error {
	counts, err := b.counts(tx, s)
	if err != nil {
		return err
	}
	open := 0
	var kinds []Kind
	n := map[Kind]map[Phase]int{}
	status := map[Status]int{}
	for _, c := range counts {
		status[c.Status] += c.Count
		if c.Status != Open {
			continue
		}
		open += c.Count
		if n[c.Kind] == nil {
			n[c.Kind] = map[Phase]int{}
			kinds = append(kinds, c.Kind)
		}
		n[c.Kind][c.Phase] += c.Count
	}
	matrix := DashTable{Code: "stand", Chart: ChartMatrix, Columns: []string{"kind"}}
	for _, p := range phases {
		matrix.Columns = append(matrix.Columns, "phase_"+string(p))
	}
	for _, k := range kinds {
		row := DashRow{Cells: []DashCell{words(text.KindName(string(k)))}}
		for _, p := range phases {
			row.Cells = append(row.Cells, number(n[k][p]))
		}
		matrix.Rows = append(matrix.Rows, row)
	}
	all := DashTable{Code: "status", Chart: ChartBars, Columns: []string{"status", "casussen"}}
	for _, st := range []Status{Open, Closed, Archived} {
		all.Rows = append(all.Rows, DashRow{Cells: []DashCell{words(text.StatusName(string(st))), number(status[st])}})
	}
	due, held, err := tx.WatchedDue(s.hat.watch(s.who.ID), b.Now().AddDate(0, 0, announceDays))
	if err != nil {
		return err
	}
	d.Facts = []DashFact{{Code: "open", N: open, View: "casussen"}, {Code: "due", N: len(due), View: "bewaren"}, {Code: "held", N: held, View: "blokkades"}}
	// What has to be looked for inside casussen is looked for in the first page.
	var page Dash
	found, err := b.lookInto(tx, s, DashQuery{}, &page)
	if err != nil {
		return err
	}
	more := page.Next != ""
	var missing, birthdays, incidents, handovers int
	for _, w := range found {
		if w.Casus.Status == Open && s.hat.standings().May(MaySeeComing) {
			lines, err := b.missingIn(ctx, tx, s, w.Casus)
			if err != nil {
				return err
			}
			if slices.ContainsFunc(lines, func(l missingLine) bool { return l.givers > 0 }) {
				missing++
			}
			if _, _, ok := b.birthday(w.Casus, b.Now()); ok {
				birthdays++
			}
		}
		for _, m := range w.Matters {
			if m.Open() && m.Kind == Incident {
				incidents++
			}
		}
		handovers += len(b.openHandovers(s, w.Casus))
	}
	if s.hat.standings().May(MaySeeComing) {
		d.Facts = append(d.Facts, DashFact{"missing", missing, more, "toestemming"}, DashFact{"birthdays", birthdays, more, "verjaardagen"})
	}
	d.Facts = append(d.Facts, DashFact{"incidents", incidents, more, "incidenten"}, DashFact{"handovers", handovers, more, "overname"})
	if more {
		d.Notes = append(d.Notes, "first_page")
	}
	d.Tables = []DashTable{matrix, all}
	return nil
}

// viewCasussen lists the open casussen.
func (b *Bot) viewCasussen(_ context.Context, tx Tx, s seat, q DashQuery, d *Dash) error {
	all, err := b.lookInto(tx, s, q, d, Open)
	if err != nil {
		return err
	}
	t := DashTable{Code: "casussen", Columns: []string{"casus", "kind", "phase", "opened", "active", "members", "held"}}
	for _, w := range all {
		c, held := w.Casus, ""
		if isHeld(w.Holds) {
			held = text.Dash("yes")
		}
		row := DashRow{Cells: []DashCell{codeCell(string(c.Ref)), words(text.KindName(string(c.Kind))), words(text.PhaseName(string(c.Phase))),
			onDay(c.OpenedAt), onDay(c.LastActivityAt), number(len(c.Organisations())), words(held)}}
		if s.hat.standings().May(MayHoldAnywhere) {
			row.Acts = []DashAct{{Code: DoHold, Casus: c.Ref}}
		}
		t.Rows = append(t.Rows, row)
	}
	d.Tables = []DashTable{t}
	return nil
}

func isHeld(holds []Hold) bool {
	return slices.ContainsFunc(holds, func(h Hold) bool { return h.ReleasedAt.IsZero() })
}

// missingLine is what one organisation in a casus lacks.
type missingLine struct {
	org    OrgID
	givers int // whose yes is missing
	kinds  []string
}

// missingIn is what is missing in a casus, for each organisation that the seat may
// know it of: their own, or all of a casus that one leads.
func (b *Bot) missingIn(ctx context.Context, tx Tx, s seat, c Casus) ([]missingLine, error) {
	if !b.aboutSomebody(c.Kind) {
		return nil, nil
	}
	var all []missingLine
	for _, org := range c.Organisations() {
		if s.hat.Kind != HatLead && org != s.hat.Organisation {
			continue
		}
		i := slices.IndexFunc(c.Private.Members, func(m Member) bool {
			return m.Role == Professional && m.Organisation == org && (m.Until.IsZero() || m.Until.After(b.Now()))
		})
		if i < 0 {
			continue
		}
		needs, err := b.needsOf(ctx, tx, c, c.Private.Members[i], intended)
		if err != nil {
			return nil, err
		}
		line := missingLine{org: org}
		givers := map[string]bool{}
		for _, m := range needs.Missing {
			givers[m.Giver] = true
			for _, k := range m.Kinds {
				if !slices.Contains(line.kinds, k) {
					line.kinds = append(line.kinds, k)
				}
			}
		}
		line.givers = len(givers)
		all = append(all, line)
	}
	return all, nil
}

// viewConsents is where a yes is missing. How many have not said it yet is told to
// who leads alone: to others it is only said that something is missing, as in the
// chat (MaySeeMissing).
func (b *Bot) viewConsents(ctx context.Context, tx Tx, s seat, q DashQuery, d *Dash) error {
	all, err := b.lookInto(tx, s, q, d, Open)
	if err != nil {
		return err
	}
	lead := s.hat.Kind == HatLead
	t := DashTable{Code: "toestemming", Columns: []string{"casus", "kind", "phase", "organisation", "for_what"}}
	if lead {
		t.Columns = append(t.Columns, "givers")
	}
	for _, w := range all {
		lines, err := b.missingIn(ctx, tx, s, w.Casus)
		if err != nil {
			return err
		}
		for _, l := range lines {
			if l.givers == 0 {
				continue
			}
			var kinds []string
			for _, k := range l.kinds {
				kinds = append(kinds, strings.ToLower(text.DataKindName(k)))
			}
			row := DashRow{Cells: []DashCell{codeCell(string(w.Casus.Ref)), words(text.KindName(string(w.Casus.Kind))), words(text.PhaseName(string(w.Casus.Phase))),
				words(orgPlain(tx, l.org)), words(strings.Join(kinds, ", "))}}
			if lead {
				row.Cells = append(row.Cells, number(l.givers))
			}
			t.Rows = append(t.Rows, row)
		}
	}
	d.Tables = []DashTable{t}
	return nil
}

// orgPlain is the name of an organisation; of one that we do not know, its id.
func orgPlain(tx Tx, id OrgID) string {
	o, err := tx.Organisation(id)
	if err != nil || o.Name == "" {
		return string(id)
	}
	return o.Name
}

// viewBirthdays is where soon somebody else decides. The day itself is a birthday,
// and is told to who leads alone; others see its week.
func (b *Bot) viewBirthdays(_ context.Context, tx Tx, s seat, q DashQuery, d *Dash) error {
	all, err := b.lookInto(tx, s, q, d, Open)
	if err != nil {
		return err
	}
	when := "week"
	if s.hat.Kind == HatLead {
		when = "day"
	}
	t := DashTable{Code: "verjaardagen", Columns: []string{"casus", "kind", "phase", when, "age", "decides"}}
	type line struct {
		at  time.Time
		row DashRow
	}
	var lines []line
	for _, w := range all {
		on, age, ok := b.birthday(w.Casus, b.Now())
		if !ok {
			continue
		}
		shown := on.In(amsterdam)
		if when == "week" {
			shown = shown.AddDate(0, 0, -(int(shown.Weekday())+6)%7)
		}
		decides := text.Dash("decides_" + map[int]string{12: "12", 16: "16", 18: "18"}[age])
		if w.Casus.Private.YoungPerson.LacksCapacity {
			decides = text.Dash("decides_other")
		}
		lines = append(lines, line{shown, DashRow{Cells: []DashCell{codeCell(string(w.Casus.Ref)), words(text.KindName(string(w.Casus.Kind))),
			words(text.PhaseName(string(w.Casus.Phase))), onDay(shown), number(age), words(decides)}}})
	}
	slices.SortStableFunc(lines, func(x, y line) int { return x.at.Compare(y.at) })
	for _, l := range lines {
		t.Rows = append(t.Rows, l.row)
	}
	d.Tables = []DashTable{t}
	return nil
}
