package bot

import (
	"context"
	"errors"
	"slices"
	"strings"
	"time"

	"github.com/convenantbot/convenantbot/bot/plain"
	"github.com/convenantbot/convenantbot/bot/text"
	"github.com/convenantbot/convenantbot/internal/fault"
)

// The fields of the form for a new casus.
const (
	fieldKind        = "kind"
	fieldPurpose     = "purpose"
	fieldBorn        = "born"
	fieldSchool      = "school"
	fieldMembers     = "members"
	fieldCoordinator = "coordinator"
	fieldHolder1     = "holder1"
	fieldHolder2     = "holder2"
	fieldChecked     = "checked"
	fieldConflict    = "conflict"
	fieldAgreed      = "agreed"
	fieldExcept      = "agreed_except"
	fieldAgreedOn    = "agreed_on"
	fieldAgreedHow   = "agreed_how"
	fieldInvited     = "invited"
)

// The ways in which somebody says yes or no. Consent is free of form; that it
// can be shown afterwards is what counts (TOE facts, UAVG art. 5).
var givenHow = []string{"conversation", "phone", "letter", "form"}

// commandOpen is "/casus nieuw".
func (b *Bot) commandOpen(ctx context.Context, t *turn, e Event, rest string) error {
	if is := shapes[strings.ToLower(rest)]; is != nil {
		return b.askShape(ctx, t, e, is)
	}
	var form Form
	err := b.Store.View(ctx, func(tx Tx) error {
		h, err := b.at(tx, e.Platform, Casus{}, e.User, MayOpen)
		if err != nil {
			return err
		}
		if form, err = b.newCasusForm(tx, h.who); err != nil {
			return err
		}
		own, err := b.actsAsField(tx, e.Platform, e.User)
		form.Fields = append(form.Fields, own...)
		return err
	})
	if err != nil {
		return err
	}
	return b.openForm(ctx, t, e, form, Ticket{Action: actOpen})
}

func (b *Bot) newCasusForm(tx Tx, who caller) (Form, error) {
	orgs, err := tx.Organisations()
	if err != nil {
		return Form{}, err
	}
	var kinds, schools []Option
	for _, k := range Kinds {
		if b.opensAsCasus(k) {
			kinds = append(kinds, Option{string(k), text.KindName(string(k))})
		}
	}
	people, err := tx.People()
	if err != nil {
		return Form{}, err
	}
	teaching := map[OrgID]bool{}
	for _, p := range people {
		for _, a := range p.Appointments {
			teaching[a.Organisation] = teaching[a.Organisation] || a.Sector == Education
		}
	}
	for _, o := range orgs {
		if teaching[o.ID] {
			schools = append(schools, Option{string(o.ID), o.Name})
		}
	}
	w := text.OpenForm
	holders := []Option{{"g1", w.Holder1.Say(text.None{})}, {"g2", w.Holder2.Say(text.None{})}, {"yp", w.YoungPerson.Say(text.None{})}}
	field := func(name string, label, help text.Message[text.None], kind FieldKind) Field {
		return Field{Name: name, Label: label.Say(text.None{}), Help: help.Say(text.None{}), Kind: kind}
	}
	optional := func(f Field) Field { f.Optional = true; return f }
	with := func(f Field, options []Option) Field { f.Options = options; return f }
	many := func(f Field) Field { f.Many = true; return f }
	return Form{
		Title: w.Title.Say(text.None{}), Intro: w.Intro.Say(text.None{}), Send: w.Send.Say(text.None{}),
		Fields: []Field{
			with(field(fieldKind, w.Kind, w.KindHelp, Choice), kinds),
			field(fieldPurpose, w.Purpose, w.PurposeHelp, ShortText),
			field(fieldBorn, w.Born, w.BornHelp, Date),
			optional(with(field(fieldSchool, w.School, w.SchoolHelp, Choice), schools)),
			many(field(fieldMembers, w.Members, w.MembersHelp, Users)),
			optional(field(fieldCoordinator, w.Coordinator, w.CoordinatorHelp, Users)),
			optional(field(fieldHolder1, w.Holder1, w.Holder1Help, ShortText)),
			optional(field(fieldHolder2, w.Holder2, w.Holder2Help, ShortText)),
			optional(with(field(fieldChecked, w.Checked, w.CheckedHelp, Choice), options(checkedHow, text.CheckedName))),
			optional(field(fieldConflict, w.Conflict, w.ConflictHelp, Tick)),
			optional(with(field(fieldAgreed, w.Agreed, w.AgreedHelp, Choices), holders)),
			optional(many(field(fieldExcept, w.Except, w.ExceptHelp, Users))),
			optional(field(fieldAgreedOn, w.AgreedOn, w.AgreedOnHelp, Date)),
			optional(with(field(fieldAgreedHow, w.AgreedHow, w.AgreedHowHelp, Choice), options(givenHow, text.HowName))),
			field(fieldInvited, w.Invited, w.InvitedHelp, ShortText),
		},
	}, nil
}

// checkedHow are the ways in which authority can be checked.
var checkedHow = []string{"register", "ruling", "stated"}

func options(values []string, name func(string) string) []Option {
	var all []Option
	for _, v := range values {
		all = append(all, Option{v, name(v)})
	}
	return all
}

// opensAsCasus reports whether the region has this kind and it is about one
// young person. The policy table and the lists are rooms of another shape.
func (b *Bot) opensAsCasus(k Kind) bool {
	return b.aboutSomebody(k) && b.regionHas(k)
}

// draft is a form for a new casus that was read and found possible.
type draft struct {
	casus      Casus
	opener     caller
	candidates []Member // in the order in which they join; the opener first
	agreements []Agreement
	ask        []UserID // who has more than one capacity and is asked which one counts here
}

// submitOpen opens a casus: all of it or nothing.
func (b *Bot) submitOpen(ctx context.Context, ticket Ticket, s Submission) (FormAnswer, error) {
	p, err := b.platform(s.Platform)
	if err != nil {
		return FormAnswer{}, err
	}
	// Who is active is asked of the platform before the transaction: acting
	// outside the store inside it would repeat with it.
	active := map[UserID]bool{}
	for _, user := range append(append([]string{string(s.User)}, s.Values[fieldMembers]...), s.Values[fieldCoordinator]...) {
		on, err := activeInside(ctx, p, UserID(user), fieldMembers)
		if err != nil {
			return FormAnswer{}, err
		}
		active[UserID(user)] = on
	}
	var answer FormAnswer
	err = b.update(ctx, func(tx Tx) error {
		if err := tx.UseTicket(ticket.Token, b.Now()); err != nil {
			return err
		}
		d, err := b.readDraft(tx, s, active)
		if err != nil {
			return err
		}
		var ref Ref
		if ref, answer, err = b.openCasus(ctx, tx, d, s); err != nil {
			return err
		}
		answer.Next, err = b.goOn(tx, ticket, s, ref)
		return err
	})
	if err != nil {
		return FormAnswer{}, err
	}
	opened()
	return answer, nil
}

// opened is the moment after a room of any shape was opened.
func opened() { fault.Hit("open.committed") }

// readDraft reads the form. A mistake is an *InvalidError at its field.
func (b *Bot) readDraft(tx Tx, s Submission, active map[UserID]bool) (draft, error) {
	w := text.Wrong
	now := b.Now()
	wrong := func(field string, why text.Message[text.None]) (draft, error) {
		return draft{}, &InvalidError{Field: field, Reason: why.Say(text.None{})}
	}
	opener, err := b.at(tx, s.Platform, Casus{}, s.User, MayOpen)
	if err != nil {
		return draft{}, err
	}
	d := draft{opener: opener.who}
	kind := Kind(s.Value(fieldKind))
	if !slices.Contains(Kinds, kind) || !b.opensAsCasus(kind) {
		return wrong(fieldKind, w.Kind)
	}
	purpose := strings.TrimSpace(s.Value(fieldPurpose))
	if !plain.Sentence(purpose, 150) {
		return wrong(fieldPurpose, w.Sentence)
	}
	born := s.Value(fieldBorn)
	bornAt, err := startOfDay(born)
	if err != nil {
		return wrong(fieldBorn, w.Date)
	}
	if bornAt.After(now) {
		return wrong(fieldBorn, w.BornFuture)
	}
	if bornAt.Before(now.AddDate(-30, 0, 0)) {
		return wrong(fieldBorn, w.BornPast)
	}
	school := OrgID(s.Value(fieldSchool))
	if school != "" {
		if _, err := tx.Organisation(school); errors.Is(err, ErrNotFound) {
			return wrong(fieldSchool, w.School)
		} else if err != nil {
			return d, err
		}
	}
	d.casus = Casus{
		Region: b.Region.ID, Kind: kind, Phase: "F1", Status: Open, Platform: s.Platform,
		OpenedAt: now, LastActivityAt: now,
		Private: Private{Purpose: purpose, YoungPerson: YoungPerson{ID: "yp", Born: born, School: school},
			Conflict: s.Value(fieldConflict) == "true"},
	}
	checked := s.Value(fieldChecked)
	for i, name := range []string{fieldHolder1, fieldHolder2} {
		label := strings.TrimSpace(s.Value(name))
		if label == "" {
			continue
		}
		if !plain.Sentence(label, 60) {
			return wrong(name, w.Label)
		}
		if !slices.Contains(checkedHow, checked) {
			return wrong(fieldChecked, w.Checked)
		}
		d.casus.Private.Authority = append(d.casus.Private.Authority,
			Holder{ID: PersonID([]string{"g1", "g2"}[i]), Label: label, Checked: checked})
	}
	if d.agreements, err = b.readAgreements(tx, s, d.casus); err != nil {
		return d, err
	}
	invited := strings.TrimSpace(s.Value(fieldInvited))
	if !plain.Sentence(invited, 150) {
		return wrong(fieldInvited, w.Invited)
	}
	d.casus.Private.Invitation = Invitation{Invited: isYes(invited), Reason: invited}

	users := []UserID{s.User}
	for _, u := range s.Values[fieldMembers] {
		if !slices.Contains(users, UserID(u)) {
			users = append(users, UserID(u))
		}
	}
	coordinator := UserID(s.Value(fieldCoordinator))
	if coordinator == "" {
		coordinator = s.User
	}
	if !slices.Contains(users, coordinator) {
		users = append(users, coordinator)
	}
	if len(users) > maxMembers {
		return wrong(fieldMembers, w.TooMany)
	}
	for _, user := range users {
		field := fieldMembers
		if user == coordinator && user != s.User {
			field = fieldCoordinator
		}
		if !active[user] {
			return wrong(field, w.Inactive)
		}
		m, err := b.chosenCandidate(tx, s, user)
		if errors.Is(err, ErrNotFound) {
			return wrong(field, w.NoCapacity)
		}
		if errors.Is(err, ErrConflict) {
			switch {
			case user == s.User:
				return wrong(fieldActsAs, text.CapacityForm.Choose)
			case user == coordinator:
				return wrong(field, w.TwoCapacities)
			}
			d.ask = append(d.ask, user) // they say themselves in which capacity they come
			continue
		}
		if err != nil {
			return d, err
		}
		if user == coordinator {
			d.casus.Coordinator = m.ID
		}
		d.candidates = append(d.candidates, m)
	}
	return d, nil
}

// maxMembers is how many people one casusoverleg can have. It is a bound
// against mistakes: a circle of this size is no small circle any more.
const maxMembers = 25

// candidate is the person behind an account in the capacity in which they would
// join. ErrNotFound: no capacity that counts; ErrConflict: more than one.
func (b *Bot) candidate(tx Tx, platform string, user UserID) (Member, error) {
	p, err := tx.PersonByAccount(Account{Platform: platform, User: user})
	if err != nil {
		return Member{}, err
	}
	a, err := p.Capacity(b.Now())
	if err != nil {
		return Member{}, err
	}
	return b.memberAs(p.ID, user, a), nil
}

// isYes reports whether somebody wrote a plain yes.
func isYes(s string) bool {
	s = strings.ToLower(strings.Trim(s, " .!"))
	return s == "ja" || s == "yes"
}

// readAgreements reads who agreed to this overleg with which parties.
func (b *Bot) readAgreements(tx Tx, s Submission, casus Casus) ([]Agreement, error) {
	w := text.Wrong
	givers := s.Values[fieldAgreed]
	if len(givers) == 0 {
		return nil, nil
	}
	at, err := b.givenAt(s.Value(fieldAgreedOn))
	if err != nil {
		return nil, &InvalidError{Field: fieldAgreedOn, Reason: w.GivenOn.Say(text.None{})}
	}
	how := s.Value(fieldAgreedHow)
	if !slices.Contains(givenHow, how) {
		return nil, &InvalidError{Field: fieldAgreedHow, Reason: w.How.Say(text.None{})}
	}
	opener, err := b.who(tx, s.Platform, s.User)
	if err != nil {
		return nil, err
	}
	covers, err := b.covered(tx, s)
	if err != nil {
		return nil, err
	}
	var all []Agreement
	for _, giver := range givers {
		known := giver == string(casus.Private.YoungPerson.ID)
		for _, h := range casus.Private.Authority {
			known = known || giver == string(h.ID)
		}
		if !known {
			return nil, &InvalidError{Field: fieldAgreed, Reason: w.Giver.Say(text.None{})}
		}
		all = append(all, Agreement{ID: b.NewID(), Giver: PersonID(giver), Decision: Given, Covers: covers,
			How: how, NotedBy: opener.ID, GivenAt: at})
	}
	return all, nil
}

// covered lists the organisations that the agreement is for: those of everybody
// chosen and of the opener, without those that were left out.
func (b *Bot) covered(tx Tx, s Submission) ([]OrgID, error) {
	var covers []OrgID
	users := append([]string{string(s.User)}, s.Values[fieldMembers]...)
	users = append(users, s.Values[fieldCoordinator]...)
	for _, user := range users {
		if slices.Contains(s.Values[fieldExcept], user) {
			continue
		}
		m, err := b.chosenCandidate(tx, s, UserID(user))
		if errors.Is(err, ErrNotFound) || errors.Is(err, ErrConflict) {
			continue // readDraft says so at the right field
		}
		if err != nil {
			return nil, err
		}
		if !slices.Contains(covers, m.Organisation) {
			covers = append(covers, m.Organisation)
		}
	}
	return covers, nil
}

// givenAt is the moment at which something was said on this day: now when it
// was today, and the first moment of the day when it was earlier. Blank or a
// day to come is an error.
func (b *Bot) givenAt(day string) (time.Time, error) {
	at, err := startOfDay(day)
	if err != nil {
		return at, err
	}
	if day > b.today() {
		return at, errors.New("a day to come")
	}
	if day == b.today() {
		return b.Now(), nil
	}
	return at, nil
}

// openCasus stores the casus of the draft with everybody who passes the rules
// for joining. Who does not is not in it, and the answer says why.
func (b *Bot) openCasus(ctx context.Context, tx Tx, d draft, s Submission) (Ref, FormAnswer, error) {
	now := b.Now()
	casus := d.casus
	var refused []text.RefusedMember
	type entry struct {
		member Member
		v      verdict
	}
	var entries []entry
	for _, m := range d.candidates {
		v, err := b.judgeJoin(ctx, tx, casus, m, d.opener.ID, d.agreements)
		if err != nil {
			return "", FormAnswer{}, err
		}
		entries = append(entries, entry{m, v})
		if v.allows() {
			casus.Private.Members = append(casus.Private.Members, m)
			casus.Private.Handovers = withHandover(casus.Private.Handovers, m.Organisation)
			continue
		}
		if m.ID == d.opener.ID || m.ID == casus.Coordinator {
			// Without the opener and the procesregisseur there is no overleg.
			return "", FormAnswer{}, &InvalidError{Field: fieldAgreed, Reason: v.text()}
		}
		refused = append(refused, text.RefusedMember{Function: plain.Escape(m.Function), Why: v.text()})
	}
	casus, err := tx.AddCasus(casus, now.In(amsterdam).Year())
	if err != nil {
		return "", FormAnswer{}, err
	}
	for _, a := range d.agreements {
		a.Casus = casus.Ref
		if err := tx.AddAgreement(a); err != nil {
			return "", FormAnswer{}, err
		}
	}
	if err := b.record(tx, d.opener, Entry{Casus: casus.Ref, Act: ActCasusOpened, Object: string(casus.Kind)}); err != nil {
		return "", FormAnswer{}, err
	}
	var whys []Button
	for _, e := range entries {
		if e.v.allows() {
			err = b.recordVerdict(tx, d.opener, casus.Ref, ActMemberAdded, string(e.member.ID), e.v)
		} else {
			whys, err = b.recordNotAdded(tx, d.opener, casus, e.member, e.v, whys)
		}
		if err != nil {
			return "", FormAnswer{}, err
		}
	}
	if err := tx.AddJob(Job{ID: "set_up:" + string(casus.Ref), Kind: JobSetUp, Casus: casus.Ref, RunAt: now}); err != nil {
		return "", FormAnswer{}, err
	}
	if err := b.planRetention(ctx, tx, casus); err != nil {
		return "", FormAnswer{}, err
	}
	for _, user := range d.ask {
		if err := b.askCapacity(tx, casus, user, s.User, string(casus.Ref)); err != nil {
			return "", FormAnswer{}, err
		}
	}
	if len(refused) > 0 {
		m := Message{Text: text.NotAdded.Say(text.NotAddedArgs{Ref: string(casus.Ref), Members: refused}), Buttons: whys}
		if err := b.later(tx, casus.Ref, "refused:"+string(casus.Ref), speech{Platform: s.Platform, User: s.User, Message: m}); err != nil {
			return "", FormAnswer{}, err
		}
	}
	return casus.Ref, FormAnswer{Text: text.Opened.Say(text.CasusArgs{Ref: string(casus.Ref), Room: casus.Ref.Room()})}, nil
}

func withHandover(all []Handover, org OrgID) []Handover {
	for _, h := range all {
		if h.Organisation == org {
			return all
		}
	}
	return append(all, Handover{Organisation: org})
}

// record adds an entry of something that was done, now and by who.
func (b *Bot) record(tx Tx, who caller, e Entry) error {
	e.At, e.Actor, e.OnBehalf = b.Now(), who.ID, who.Organisation
	if e.Outcome == "" {
		e.Outcome = outcomeDone
	}
	_, err := tx.Record(e)
	return err
}

// recordVerdict stores a verdict and adds the entry that rests on it.
func (b *Bot) recordVerdict(tx Tx, who caller, ref Ref, act Act, object string, v verdict) error {
	_, err := b.addVerdict(tx, who, ref, act, object, v)
	return err
}

// addVerdict is recordVerdict; it returns under which id the verdict is kept.
func (b *Bot) addVerdict(tx Tx, who caller, ref Ref, act Act, object string, v verdict) (DecisionID, error) {
	return b.addDecision(tx, who, Entry{Casus: ref, Act: act, Object: object}, v)
}

// addDecision is addVerdict for an entry that has reasons of its own, before those of
// the rules.
func (b *Bot) addDecision(tx Tx, who caller, e Entry, v verdict) (DecisionID, error) {
	ref := e.Casus
	stored := v.stored(ref, who.ID, b.Now())
	stored.ID = DecisionID(b.NewID())
	if err := tx.AddVerdict(stored); err != nil {
		return "", err
	}
	if v.failed {
		if err := b.alarm(tx, ref, stored.ID); err != nil {
			return "", err
		}
	}
	e.Decision, e.Policy, e.Reasons = stored.ID, v.Policy, append(e.Reasons, v.codes()...)
	if !v.allows() {
		e.Outcome = outcomeRefused
	}
	// The rules bound their own time; the caller's transaction waits for nothing else.
	other := b.compareVerdict(context.Background(), v)
	return stored.ID, errors.Join(b.record(tx, who, e), b.recordComparison(tx, ref, stored.ID, v.Policy, other))
}
