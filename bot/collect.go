package bot

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/convenantbot/convenantbot/bot/dossier"
	"github.com/convenantbot/convenantbot/bot/text"
	"github.com/convenantbot/convenantbot/rules"
)

// collected is an answer in the making.
type collected struct {
	dossier.Dossier
	held  []dossier.Item
	files []File
}

// collector sorts what is kept of a casus: shown, held for a person, left out.
type collector struct {
	collected
	bot     *Bot
	tx      Tx
	casus   Casus
	asker   PersonID          // who asked
	subject map[PersonID]bool // whose data these are: who asked, and for whom they decide
	all     bool              // everything: for an organisation that reads along already
	include []string
	beside  map[string][]Matter // corrections, by the item they stand beside
}

// collect gathers everything that is kept about who asked.
func (b *Bot) collect(tx Tx, casus Casus, m Matter, include []string) (collected, error) {
	c := collector{bot: b, tx: tx, casus: casus, asker: m.About, subject: map[PersonID]bool{m.About: true}, include: include}
	c.Dossier = dossier.Dossier{Schema: "dossier/v1", Casus: string(casus.Ref), Request: m.ID, For: text.For(text.NL, b.labels(casus, []string{string(m.About)})[0]),
		Made: b.Now(), Rights: text.DossierRights()}
	if b.decidesFor(casus, m.About) {
		c.subject[casus.Private.YoungPerson.ID] = true
	}
	matters, err := tx.Matters(casus.Ref)
	if err != nil {
		return c.collected, err
	}
	c.beside = corrections(matters)
	c.about()
	c.work()
	err = errors.Join(c.yesses(), c.filesOf(), c.decisionsOf(), c.looks())
	return c.collected, err
}

// decidesFor reports whether id has authority and decides for the young person
// about their own data: until 16, or with lack of capacity (UAVG art. 5). Nobody does
// with whom contact was stopped for somebody's safety: where and with whom the others
// come together is not for them (UAVG art. 41(1)(i)).
func (b *Bot) decidesFor(casus Casus, id PersonID) bool {
	if !slices.ContainsFunc(casus.Private.Authority, func(h Holder) bool { return h.ID == id }) || stopped(casus, id) {
		return false
	}
	if casus.Private.YoungPerson.LacksCapacity {
		return true
	}
	born, err := startOfDay(casus.Private.YoungPerson.Born)
	if err != nil {
		return false // an unknown age: a person looks at each item
	}
	return b.Now().Before(time.Date(born.Year()+16, born.Month(), born.Day(), 0, 0, 0, 0, amsterdam))
}

// put sorts one item by whose data it is.
func (c *collector) put(item dossier.Item, concerns ...PersonID) bool {
	return c.putBy("", item, concerns...)
}

// putBy is put for what author said or brought in. The words of another of the
// family wait for a person, also those of a child for whom who asks decides.
func (c *collector) putBy(author PersonID, item dossier.Item, concerns ...PersonID) bool {
	for _, m := range c.beside[item.ID] {
		item.Lines = append(item.Lines, line(text.Dossier.Correction, day(m.DoneAt)+": "+m.Correction))
	}
	mine := c.all
	var others []string
	for _, id := range concerns {
		if c.all || c.subject[id] {
			mine = true
			continue
		}
		if label := c.bot.labels(c.casus, []string{string(id)})[0]; !slices.Contains(others, label) {
			others = append(others, label)
		}
	}
	if !c.all && author != c.asker && c.isRelative(author) {
		if label := c.bot.labels(c.casus, []string{string(author)})[0]; !slices.Contains(others, label) {
			others = append(others, label)
		}
	}
	switch {
	case !mine:
		c.LeftOut++
		return false
	case len(others) > 0 && !slices.Contains(c.include, item.ID):
		item.Why = text.For(text.NL, strings.Join(others, ", "))
		c.held = append(c.held, item)
		c.Held++
		return false
	}
	c.Items = append(c.Items, item)
	return true
}

func line(name text.DossierWord, value string) dossier.Line {
	return dossier.Line{Name: name.NL(), Value: text.For(text.NL, value)}
}

// about is the casus itself and who takes part in it: those are the recipients
// of the data, by function and organisation. Who sits there says what kind of help a
// young person has, so to a parent who does not decide for them it is shown when the
// young person lets their parents see it, and else waits for a person.
func (c *collector) about() {
	w, p := text.Dossier, c.casus.Private
	yp := p.YoungPerson.ID
	c.put(dossier.Item{ID: "casus", Chapter: w.Casus.NL(), At: c.casus.OpenedAt, Lines: []dossier.Line{
		line(w.Kind, text.KindName(string(c.casus.Kind))), line(w.Purpose, p.Purpose), line(w.Phase, text.PhaseName(string(c.casus.Phase))),
		line(w.Status, text.StatusName(string(c.casus.Status))), line(w.Born, text.DayNL(p.YoungPerson.Born)), line(w.School, c.named(p.YoungPerson.School)),
	}}, yp)
	for _, h := range p.Authority {
		c.put(dossier.Item{ID: "authority-" + string(h.ID), Chapter: w.Casus.NL(), Lines: []dossier.Line{
			line(w.Authority, h.Label), line(w.Checked, text.CheckedName(h.Checked))}}, h.ID)
	}
	for _, h := range p.Supporters {
		c.put(dossier.Item{ID: "supporter-" + string(h.ID), Chapter: w.Casus.NL(), Lines: []dossier.Line{line(w.Supporter, h.Label)}}, h.ID)
	}
	for i, n := range p.Family {
		c.put(dossier.Item{ID: fmt.Sprintf("family-%d", i+1), Chapter: w.Casus.NL(), At: n.At, Lines: []dossier.Line{
			line(w.Heard, text.HearingName(n.What)), line(w.How, cmp.Or(text.HowName(n.How), "-")), line(w.Reason, cmp.Or(n.Reason, "-")),
			line(w.Poster, c.bot.functionOf(c.tx, c.casus, n.By))}}, n.Who)
	}
	for i, r := range p.Reopened {
		c.put(dossier.Item{ID: fmt.Sprintf("reopened-%d", i+1), Chapter: w.Casus.NL(), At: r.At, Lines: []dossier.Line{
			line(w.Reopened, r.Ground), line(w.Poster, c.bot.functionOf(c.tx, c.casus, r.By))}}, yp)
	}
	recipients := []PersonID{c.asker}
	if !c.seesTable() {
		recipients = append(recipients, yp)
	}
	for _, m := range p.Members {
		if m.Role == Professional {
			c.put(dossier.Item{ID: "member-" + string(m.ID), Chapter: w.Recipients.NL(), At: m.Since, Lines: []dossier.Line{
				line(w.Function, c.bot.functionOf(c.tx, c.casus, m.ID)), line(w.Task, m.Task)}}, recipients...)
		}
	}
}

// seesTable reports whether a parent who asks may know who takes part although they
// do not decide for the young person, as on their card.
func (c *collector) seesTable() bool {
	p := c.casus.Private
	return (p.ParentsSee == ParentsSeeTable || p.ParentsSee == ParentsSeeShared) && !stopped(c.casus, c.asker)
}

// work is what was planned and promised, and what is known of people so that it is
// kept out of the room. A promise may be about anybody, so one of somebody else is
// for a person to look at.
func (c *collector) work() {
	w, p := text.Dossier, c.casus.Private
	yp := p.YoungPerson.ID
	for _, m := range p.Meetings {
		said := day(m.At) + " " + m.At.In(amsterdam).Format("15:04")
		c.put(dossier.Item{ID: "meeting-" + m.ID, Chapter: w.Work.NL(), At: m.At, Lines: []dossier.Line{
			line(w.Meeting, said), line(w.Place, cmp.Or(m.Place, "-")), line(w.Poster, c.bot.functionOf(c.tx, c.casus, m.PlannedBy))}}, yp)
	}
	for _, a := range p.ActionPoints {
		concerns := []PersonID{yp}
		if c.isFamily(a.Who) {
			concerns = append(concerns, a.Who)
		}
		c.put(dossier.Item{ID: "point-" + a.ID, Chapter: w.Work.NL(), At: a.NotedAt, Lines: []dossier.Line{
			line(w.Point, a.What), line(w.Who, c.bot.functionOf(c.tx, c.casus, a.Who)), line(w.Until, text.DayNL(a.By)), line(w.Result, day(a.DoneAt)),
			line(w.Poster, c.bot.functionOf(c.tx, c.casus, a.NotedBy))}}, concerns...)
	}
	if len(p.Known.Young) > 0 {
		c.put(dossier.Item{ID: "known-young", Chapter: w.Casus.NL(), Lines: []dossier.Line{line(w.Known, strings.Join(p.Known.Young, "; "))}}, yp)
	}
	others := slices.Concat(p.Known.Others, p.Known.Born, p.Known.Addresses, p.Known.Phones)
	if len(others) > 0 {
		// Whose each of them is was not said, so a person looks at them.
		about := []PersonID{yp}
		for _, h := range p.Authority {
			about = append(about, h.ID)
		}
		c.put(dossier.Item{ID: "known-others", Chapter: w.Casus.NL(), Lines: []dossier.Line{line(w.Known, strings.Join(others, "; "))}}, about...)
	}
	for i, a := range p.Aliases {
		c.put(dossier.Item{ID: fmt.Sprintf("alias-%d", i+1), Chapter: w.Casus.NL(), Lines: []dossier.Line{line(w.Alias, a.Name)}}, yp)
	}
}

// isFamily reports whether id is somebody of the family.
func (c *collector) isFamily(id PersonID) bool {
	p := c.casus.Private
	return slices.ContainsFunc(slices.Concat(p.Authority, p.Supporters), func(h Holder) bool { return h.ID == id })
}

func (c *collector) yesses() error {
	w, yp := text.Dossier, c.casus.Private.YoungPerson.ID
	agreements, err := c.tx.Agreements(c.casus.Ref)
	if err != nil {
		return err
	}
	label := func(id PersonID) string { return c.bot.labels(c.casus, []string{string(id)})[0] }
	for _, a := range agreements {
		c.putBy(a.Giver, dossier.Item{ID: "agreement-" + a.ID, Chapter: w.Consents.NL(), At: a.GivenAt, Lines: []dossier.Line{
			line(w.Giver, label(a.Giver)), line(w.Decision, text.DecisionName(string(a.Decision))), line(w.Covers, c.named(a.Covers...)), line(w.How, markOf(c.casus, yes{ID: a.ID, Agreement: true, How: a.How})),
			line(w.Withdrawn, day(a.WithdrawnAt))}}, a.Giver, yp)
	}
	consents, err := c.tx.Consents(c.casus.Ref)
	for _, a := range consents {
		c.putBy(a.Giver, dossier.Item{ID: "consent-" + a.ID, Chapter: w.Consents.NL(), At: a.GivenAt, Lines: []dossier.Line{
			line(w.Giver, label(a.Giver)), line(w.Decision, text.DecisionName(string(a.Decision))), line(w.Discloser, c.named(a.Discloser)),
			line(w.Covers, c.named(a.Recipients...)), line(w.Kinds, c.kinds(a.Kinds)), line(w.How, markOf(c.casus, yes{ID: a.ID, How: a.How})),
			line(w.Until, day(a.ExpiresAt)), line(w.Withdrawn, day(a.WithdrawnAt))}}, a.Giver, yp)
	}
	return err
}

// named are organisations by their names.
func (c *collector) named(ids ...OrgID) string {
	var all []string
	for _, id := range ids {
		if id != "" {
			all = append(all, orgPlain(c.tx, id))
		}
	}
	return strings.Join(all, ", ")
}

// because is what the rules said of a decision, each reason with its code.
func (c *collector) because(v Verdict) string {
	var all []string
	for _, code := range v.Codes {
		r, ok := c.bot.Judge.Bundle().Reason(code, v.Effect == rules.Allow.String())
		if ok && r.Text != "" {
			code += ": " + r.Text
		}
		all = append(all, code)
	}
	return cmp.Or(strings.Join(all, "; "), v.Rule)
}

func (c *collector) kinds(all []DataKind) string {
	var names []string
	for _, k := range all {
		names = append(names, text.DataKindName(string(k)))
	}
	return strings.Join(names, ", ")
}

func day(t time.Time) string {
	if t.IsZero() {
		return "-"
	}
	return text.DateNL(t)
}

// filesOf lists every file that came in, with its bytes where they are still
// with us: those of a posted one stand on the chat platform.
func (c *collector) filesOf() error {
	w := text.Dossier
	files, err := c.tx.FilesOf(c.casus.Ref)
	if err != nil {
		return err
	}
	size := int64(0)
	for _, f := range files {
		item := dossier.Item{ID: "file-" + string(f.ID), Chapter: w.Files.NL(), At: f.At, Lines: []dossier.Line{
			line(w.Name, f.Name), line(w.Poster, c.bot.functionOf(c.tx, c.casus, f.Poster)), line(w.Kinds, c.kinds(f.Kinds)),
			line(w.Text, f.Text), line(w.State, text.FileStateName(string(f.State)))}}
		if f.Decision != "" {
			v, err := c.tx.Verdict(f.Decision)
			if err != nil && !errors.Is(err, ErrNotFound) {
				return err
			}
			item.Lines = append(item.Lines, line(w.Rule, c.because(v)))
		}
		waits := (f.State == Quarantined || f.State == Approved) && size+f.Size <= maxExport
		if waits {
			item.Contents = attachmentName(f)
		}
		if c.putBy(f.Poster, item, append([]PersonID{c.casus.Private.YoungPerson.ID}, c.family(f)...)...) && waits {
			size += f.Size
			c.files = append(c.files, f)
		}
	}
	return nil
}

// family are those besides the young person whom a file is about or who wrote it.
func (c *collector) family(f File) []PersonID {
	all := slices.Clone(f.Affects)
	for _, m := range c.casus.Private.Members {
		if m.ID == f.Poster && m.Role != Professional {
			all = append(all, m.ID)
		}
	}
	return all
}

// decisionsOf are the holds, whose reasons may be about anybody, and what was
// asked before.
func (c *collector) decisionsOf() error {
	w, yp := text.Dossier, c.casus.Private.YoungPerson.ID
	holds, err := c.tx.Holds(c.casus.Ref)
	if err != nil {
		return err
	}
	anybody := []PersonID{yp}
	for _, h := range c.casus.Private.Authority {
		anybody = append(anybody, h.ID)
	}
	for _, h := range holds {
		c.put(dossier.Item{ID: "hold-" + h.ID, Chapter: w.Decisions.NL(), At: h.PlacedAt, Lines: []dossier.Line{
			line(w.Hold, h.Reason), line(w.Withdrawn, day(h.ReleasedAt))}}, anybody...)
	}
	matters, err := c.tx.Matters(c.casus.Ref)
	for _, m := range matters {
		about := []PersonID{m.About}
		if m.Kind == Incident {
			about = anybody
		}
		c.putBy(m.By, dossier.Item{ID: "matter-" + m.ID, Chapter: w.Decisions.NL(), At: m.At, Lines: []dossier.Line{
			line(w.Request, text.MatterKindName(string(m.Kind))), line(w.Text, m.Text), line(w.Outcome, strings.TrimSpace(text.OutcomeName(m.Outcome)+" "+m.Note))}}, about...)
	}
	return err
}

// looks tell who did what in the casus and who looked at it, by function. They
// name no content. What is not for who asks is left out without a count, which would
// tell that there was something.
func (c *collector) looks() error {
	w := text.Dossier
	entries, err := c.tx.Entries(c.casus.Ref, 0, 0)
	if err != nil {
		return err
	}
	whose, err := c.whose()
	if err != nil {
		return err
	}
	for _, e := range entries {
		if !c.all && !c.seesEntry(e, whose[e.Object]) {
			continue
		}
		who := w.Bot.NL()
		switch {
		case c.isMember(e.Actor) || c.isRelative(e.Actor):
			who = c.bot.functionOf(c.tx, c.casus, e.Actor)
		case e.Actor != "":
			who = strings.TrimSpace(w.Outside.NL() + " " + c.named(e.OnBehalf))
		}
		c.Items = append(c.Items, dossier.Item{ID: fmt.Sprintf("entry-%d", e.Seq), Chapter: w.Looks.NL(), At: e.At, Lines: []dossier.Line{
			line(w.Act, text.ActName(string(e.Act))), line(w.Who, who), line(w.Result, text.Dash("outcome_"+e.Outcome))}})
	}
	return nil
}

// whose tells of whom of the family things are that entries are about, by the id of
// the thing: a yes, a card, a request, a file.
func (c *collector) whose() (map[string][]PersonID, error) {
	of := map[string][]PersonID{}
	ref := c.casus.Ref
	consents, err1 := c.tx.Consents(ref)
	for _, k := range consents {
		of[k.ID] = append(of[k.ID], k.Giver)
	}
	agreements, err2 := c.tx.Agreements(ref)
	for _, a := range agreements {
		of[a.ID] = append(of[a.ID], a.Giver)
	}
	cards, err3 := c.tx.CardsOf(ref)
	for _, k := range cards {
		of[k.ID] = append(of[k.ID], k.Holder)
	}
	matters, err4 := c.tx.Matters(ref)
	for _, m := range matters {
		of[m.ID] = append(of[m.ID], m.By, m.About)
	}
	files, err5 := c.tx.FilesOf(ref)
	for _, f := range files {
		of[string(f.ID)] = append(of[string(f.ID)], c.family(f)...)
	}
	return of, errors.Join(err1, err2, err3, err4, err5)
}

// seesEntry reports whether an entry may be told to who asks: what they did
// themselves, and what was done with what is theirs. What others of the family did,
// said and were given is those others'. Of the rest of the casus it is told to whom
// it is told who takes part. That somebody's safety was at stake is told to nobody,
// and neither is what was done because of it.
func (c *collector) seesEntry(e Entry, whose []PersonID) bool {
	if e.Act == ActSafetyStop || e.Act == ActSafetyAgain || slices.Contains(e.Reasons, cardStopped) || slices.Contains(e.Reasons, endedSafety) {
		return false
	}
	if e.Actor == c.asker {
		return true
	}
	whose = append(slices.Clone(whose), e.Actor, PersonID(e.Object))
	own := false
	for _, id := range whose {
		switch {
		case id == c.asker:
			own = true
		case id == c.casus.Private.YoungPerson.ID && c.subject[id] && e.Actor != id:
		case c.isRelative(id):
			return false
		}
	}
	if stopped(c.casus, c.asker) {
		return false // who looks after another is not told to them either
	}
	return own || c.subject[c.casus.Private.YoungPerson.ID]
}

// isRelative reports whether id is somebody of the family, the young person among
// them.
func (c *collector) isRelative(id PersonID) bool {
	return id != "" && (id == c.casus.Private.YoungPerson.ID || c.isFamily(id) ||
		slices.ContainsFunc(c.casus.Private.Members, func(m Member) bool { return m.ID == id && m.Role != Professional }))
}

func (c *collector) isMember(id PersonID) bool {
	return slices.ContainsFunc(c.casus.Private.Members, func(m Member) bool { return m.ID == id })
}
