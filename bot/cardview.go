package bot

import (
	"cmp"
	"context"
	"slices"
	"time"

	"github.com/convenantbot/convenantbot/bot/judge"
	"github.com/convenantbot/convenantbot/bot/text"
)

// CardView is what a card shows at one moment: codes, moments and what is called
// by a name of its own. The words around it are the page's, in the language of
// who reads it.
type CardView struct {
	Ref       Ref
	Kind      Kind
	Status    Status
	Young     bool // it is the young person's card
	Own       bool // a PIN of their own was chosen; without it nothing below is filled in
	ExpiresAt time.Time

	Unknown  bool // the age of the young person is not known
	Table    bool // the two below are shown
	Purpose  string
	Seats    []CardSeat
	SeesFile bool // what was shared is shown
	Shared   []CardShared

	Answers  []CardAnswer
	Asks     []CardAsk
	Decide   bool // may say yes and no
	Requests []CardRequest

	MaySetParents bool // a young person of 16 or older
	ParentsSee    string
}

// CardSeat is one professional at the table, without a name: nobody's is kept.
type CardSeat struct {
	ID                     string
	Function, Organisation string
}

// CardShared is one document that was shared, without its name or content.
type CardShared struct {
	At                     time.Time
	Kinds                  []DataKind
	Function, Organisation string
	Mine                   bool // the reader brought it in
	Hidden                 bool // out of sight again, since a yes was taken back
}

// CardAnswer is a yes or no in the reader's name.
type CardAnswer struct {
	Value      string // names it in a form
	Agreement  bool
	Decision   Decision
	Discloser  string
	Recipients []CardParty
	Kinds      []DataKind
	Purpose    string
	Given      time.Time
	Until      time.Time
	Withdrawn  time.Time
	How        string // code, see givenHow; "card": on this page
	Self       bool   // by the reader themselves; otherwise noted on their behalf
	NotedBy    string // by whom, by function and organisation; blank: the reader
	Live       bool   // a yes that can be taken back
	Lapsed     bool   // it counts no more, since a birthday changed who decides
}

// CardParty is somebody who receives: an organisation by its name, or somebody of
// the family.
type CardParty struct {
	ID     string
	Name   string // blank: somebody of the family
	Family bool
}

// CardAsk is what the reader may say yes and no to, for one organisation that
// would share: for each kind of data and each recipient. Of the overleg itself
// there is no discloser and no kind.
type CardAsk struct {
	Agreement  bool
	Discloser  OrgID
	Name       string
	Kinds      []DataKind
	Recipients []CardParty
	State      map[string]Decision // by CardCell
}

// CardRequest is something that the reader asked or objected to.
type CardRequest struct {
	Kind      MatterKind
	At, DueAt time.Time
	Text      string
	Done      bool
	Outcome   string
	Note      string
}

// CardCell names one thing to say yes or no to in a form.
func CardCell(kind DataKind, recipient string) string { return string(kind) + "/" + recipient }

// maxCardFiles bounds the list of what was shared; the newest are shown.
const maxCardFiles = 200

// Card is what a card shows now. ErrForbidden: the page is closed.
func (b *Bot) Card(ctx context.Context, pass string) (CardView, CardPass, error) {
	var v CardView
	var next CardPass
	err := b.Store.View(ctx, func(tx Tx) error {
		r, err := b.passed(tx, pass)
		if err != nil {
			return err
		}
		next = passOf(r.card, b.Now())
		v, err = b.cardView(ctx, tx, r)
		return err
	})
	if err != nil {
		return CardView{}, CardPass{}, err
	}
	return text.Read(text.NL, v), next, nil // the page says in words of its own what has a code
}

func (b *Bot) cardView(ctx context.Context, tx Tx, r cardReader) (CardView, error) {
	c := r.casus
	v := CardView{Ref: c.Ref, Kind: c.Kind, Status: c.Status, Young: r.young, Own: r.card.Own, ExpiresAt: r.card.ExpiresAt}
	if !v.Own {
		return v, nil
	}
	v.Unknown = !r.known
	v.Table, v.SeesFile, v.Decide = r.table, r.shared, r.decide && c.Status == Open
	if r.table {
		v.Purpose, v.Seats = c.Private.Purpose, b.seats(tx, c)
	}
	if v.MaySetParents = r.young && r.grown; v.MaySetParents {
		v.ParentsSee = c.Private.ParentsSee
	}
	var err error
	if r.shared {
		if v.Shared, err = b.cardShared(tx, r); err != nil {
			return v, err
		}
	}
	if v.Answers, err = b.cardAnswers(tx, r); err != nil {
		return v, err
	}
	if v.Decide {
		if v.Asks, err = b.cardAsks(ctx, tx, r); err != nil {
			return v, err
		}
	}
	matters, err := tx.Matters(c.Ref)
	for _, m := range matters {
		if m.By == r.id() && slices.Contains(requestKinds, m.Kind) {
			v.Requests = append(v.Requests, CardRequest{Kind: m.Kind, At: m.At, DueAt: m.DueAt, Text: m.Text, Done: !m.Open(), Outcome: m.Outcome, Note: m.Note})
		}
	}
	return v, err
}

// seats are the professionals whose part is not over.
func (b *Bot) seats(tx Tx, c Casus) []CardSeat {
	var all []CardSeat
	for _, m := range c.Private.Members {
		if m.Role != Professional || m.Ended != "" || !m.Until.IsZero() && !m.Until.After(b.Now()) {
			continue
		}
		all = append(all, CardSeat{ID: string(m.ID), Function: m.Function, Organisation: b.plainOrg(tx, m.Organisation)})
	}
	return all
}

// cardShared lists what professionals shared, and the reader. What another of the
// family brought in is theirs, and what is about another and not about the reader
// is that other's.
func (b *Bot) cardShared(tx Tx, r cardReader) ([]CardShared, error) {
	files, err := tx.FilesOf(r.casus.Ref)
	if err != nil {
		return nil, err
	}
	var all []CardShared
	for _, f := range slices.Backward(files) {
		i := slices.IndexFunc(r.casus.Private.Members, func(m Member) bool { return m.ID == f.Poster })
		if f.State != Posted && f.State != Withdrawn || i < 0 || len(all) == maxCardFiles {
			continue
		}
		m := r.casus.Private.Members[i]
		if m.Role != Professional && m.ID != r.id() || b.aboutAnother(r, f) {
			continue
		}
		s := CardShared{At: f.At, Kinds: f.Kinds, Mine: m.ID == r.id(), Hidden: f.State == Withdrawn}
		if m.Role == Professional {
			s.Function, s.Organisation = m.Function, b.plainOrg(tx, m.Organisation)
		}
		all = append(all, s)
	}
	return all, nil
}

func (b *Bot) aboutAnother(r cardReader, f File) bool {
	others := slices.DeleteFunc(slices.Clone(f.Affects), func(id PersonID) bool { return id == r.casus.Private.YoungPerson.ID })
	return len(others) > 0 && !slices.Contains(others, r.id())
}

// cardAnswers lists every yes and no in the reader's own name, newest first.
// Those of others are theirs.
func (b *Bot) cardAnswers(tx Tx, r cardReader) ([]CardAnswer, error) {
	all, err := b.yesses(tx, r.casus)
	if err != nil {
		return nil, err
	}
	since := lastBoundary(r.casus, b.Now())
	var mine []CardAnswer
	for _, y := range all {
		if y.Giver != r.id() {
			continue
		}
		a := CardAnswer{Value: y.value(), Agreement: y.Agreement, Decision: y.Decision, Kinds: y.Kinds, Purpose: y.Purpose, Given: y.Given, Until: y.Until,
			Withdrawn: y.Withdrawn, How: y.How, Self: byThemselves(r.casus, y), Live: y.lives(b.Now())}
		a.Lapsed = a.Live && y.Given.Before(since)
		if !y.Agreement {
			a.Discloser = b.plainOrg(tx, y.Discloser)
		}
		if y.NotedBy != "" && y.NotedBy != r.id() {
			a.NotedBy = b.seatName(tx, r.casus, y.NotedBy)
		}
		for _, id := range y.Recipients {
			a.Recipients = append(a.Recipients, b.cardParty(tx, r.casus, string(id)))
		}
		mine = append(mine, a)
	}
	slices.SortStableFunc(mine, func(x, y CardAnswer) int { return y.Given.Compare(x.Given) })
	return mine, nil
}

// seatName is a professional by function and organisation; anybody else has none.
func (b *Bot) seatName(tx Tx, casus Casus, id PersonID) string {
	i := slices.IndexFunc(casus.Private.Members, func(m Member) bool { return m.ID == id && m.Role == Professional })
	if i < 0 {
		return ""
	}
	m := casus.Private.Members[i]
	return m.Function + ", " + b.plainOrg(tx, m.Organisation)
}

// cardParty is a recipient as the reader may know them: of the family it is not
// said who.
func (b *Bot) cardParty(tx Tx, casus Casus, id string) CardParty {
	family := slices.ContainsFunc(b.familyOptions(casus, false), func(o Option) bool { return o.Value == id }) ||
		slices.ContainsFunc(casus.Private.Members, func(m Member) bool { return string(m.ID) == id && m.Role != Professional })
	if family {
		return CardParty{ID: id, Family: true}
	}
	return CardParty{ID: id, Name: b.plainOrg(tx, OrgID(id))}
}

// lastBoundary is the last birthday that changed who decides; a yes of before
// counts no more. The zero time: there was none.
func lastBoundary(casus Casus, now time.Time) time.Time {
	born, err := judge.ParseDate(casus.Private.YoungPerson.Born)
	if err != nil {
		return time.Time{}
	}
	var last time.Time
	for _, age := range ages {
		if day := born.Birthday(age); !now.Before(day) {
			last = day
		}
	}
	return last
}

// cardAsks works out what the reader may say yes and no to now: for every
// organisation what would lack their yes if nobody had said anything, as the rules
// see it. What no yes would help is not asked, and neither is what is another's to
// decide.
func (b *Bot) cardAsks(ctx context.Context, tx Tx, r cardReader) ([]CardAsk, error) {
	var all []CardAsk
	ask := func(agreement bool, org OrgID) *CardAsk {
		i := slices.IndexFunc(all, func(a CardAsk) bool { return a.Agreement == agreement && a.Discloser == org })
		if i < 0 {
			i = len(all)
			all = append(all, CardAsk{Agreement: agreement, Discloser: org, Name: b.plainOrg(tx, org), State: map[string]Decision{}})
		}
		return &all[i]
	}
	for _, m := range r.casus.Private.Members {
		if m.Role != Professional || m.Ended != "" || !m.Until.IsZero() && !m.Until.After(b.Now()) {
			continue
		}
		in, err := b.shareInput(tx, r.casus, File{Casus: r.casus.Ref, Poster: m.ID, Account: m.Account, Kinds: intended})
		if err != nil {
			return nil, err
		}
		in.Agreements, in.Consents = nil, nil
		needs, err := b.Judge.Needs(ctx, in)
		failed, err := b.ruled(err)
		if err != nil {
			return nil, err
		}
		if failed {
			continue // nothing can be shared, so nothing is asked
		}
		for _, n := range needs.Missing {
			if n.Giver != string(r.id()) {
				continue
			}
			org := m.Organisation
			if n.Agreement {
				org = ""
			}
			a := ask(n.Agreement, org)
			for _, k := range n.Kinds {
				if !slices.Contains(a.Kinds, DataKind(k)) {
					a.Kinds = append(a.Kinds, DataKind(k))
				}
			}
			for _, id := range n.Recipients {
				if !slices.ContainsFunc(a.Recipients, func(p CardParty) bool { return p.ID == id }) {
					a.Recipients = append(a.Recipients, b.cardParty(tx, r.casus, id))
				}
			}
		}
	}
	for i := range all {
		slices.SortFunc(all[i].Kinds, func(x, y DataKind) int {
			return cmp.Compare(slices.Index(intended, x), slices.Index(intended, y))
		})
		if len(all[i].Recipients) == 0 {
			all[i].Recipients = []CardParty{{}}
		}
	}
	slices.SortStableFunc(all, func(x, y CardAsk) int {
		if x.Agreement == y.Agreement {
			return 0
		} else if x.Agreement {
			return -1
		}
		return 1
	})
	return all, b.cardStates(tx, r, all)
}

// kindsOf are the kinds of an ask; of the overleg itself it is the blank one.
func (a CardAsk) kindsOf() []DataKind {
	if a.Agreement {
		return []DataKind{""}
	}
	return a.Kinds
}

// cardStates fills in what the reader said already and what of it stands: a later
// no undoes a yes for what it touches, and a later yes counts again.
func (b *Bot) cardStates(tx Tx, r cardReader, asks []CardAsk) error {
	all, err := b.mineInOrder(tx, r)
	if err != nil {
		return err
	}
	since := lastBoundary(r.casus, b.Now())
	for _, y := range all {
		stands := y.Withdrawn.IsZero() && (y.Decision == Refused || y.lives(b.Now()) && !y.Given.Before(since))
		for i := range asks {
			if !stands || !asks[i].takes(y, r.casus) {
				continue
			}
			for _, cell := range asks[i].cellsOf(y) {
				asks[i].State[cell] = y.Decision
			}
		}
	}
	return nil
}

// mineInOrder lists the reader's answers in the order in which they were given.
func (b *Bot) mineInOrder(tx Tx, r cardReader) ([]yes, error) {
	all, err := b.yesses(tx, r.casus)
	all = slices.DeleteFunc(all, func(y yes) bool { return y.Giver != r.id() })
	slices.SortStableFunc(all, func(x, y yes) int { return x.Given.Compare(y.Given) })
	return all, err
}

// takes reports whether an answer is one to this ask.
func (a CardAsk) takes(y yes, casus Casus) bool {
	if y.Agreement || a.Agreement {
		return y.Agreement == a.Agreement
	}
	return y.Discloser == a.Discloser && y.Purpose == casus.Private.Purpose
}

// cellsOf lists the cells of the ask that an answer is about.
func (a CardAsk) cellsOf(y yes) []string {
	var all []string
	for _, k := range a.kindsOf() {
		if !a.Agreement && !slices.Contains(y.Kinds, k) {
			continue
		}
		for _, p := range a.Recipients {
			if p.ID == "" || slices.Contains(y.Recipients, OrgID(p.ID)) {
				all = append(all, CardCell(k, p.ID))
			}
		}
	}
	return all
}
