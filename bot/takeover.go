package bot

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/convenantbot/convenantbot/bot/dossier"
	"github.com/convenantbot/convenantbot/bot/plain"
	"github.com/convenantbot/convenantbot/bot/text"
)

// The acts of taking over.
const (
	ActTakenOver    Act = "taken_over"    // an organisation chose what it keeps itself
	ActHandoverWait Act = "handover_wait" // an organisation asked to wait with erasing
)

// What an organisation may take over besides files.
const (
	itemTalk   = "talk"       // minutes and arrangements; they stand in the room and nowhere else
	itemYesses = "agreements" // what was agreed and consented to
	itemFile   = "file-"
)

// groundOther is a ground that the list lacks; it needs an explanation.
const groundOther = "other"

// grounds lists on what ground somebody in a sector keeps a file of their own.
//
// Source: the terms named when a casus closes; that a casusoverleg falls under
// them is our own reading (mark I), which the form says.
var grounds = map[Sector][]string{
	Education:         {"pupil_file", "absence", groundOther},
	Attendance:        {"absence", groundOther},
	SWV:               {"swv_file", groundOther},
	YouthCare:         {"youth_care_file", groundOther},
	YouthHealth:       {"youth_health_file", groundOther},
	NeighbourhoodTeam: {"youth_care_file", groundOther},
}

const (
	maxTaken     = 50      // things to choose from in one form; the rest comes with the next
	maxTakenSize = 6 << 20 // bytes of files in one private message
	waitMost     = 30      // days that an organisation may have erasing wait
	plainTerm    = 24 * time.Hour
)

// Fetcher is a platform from which the bot can read back a file that it posted.
type Fetcher interface {
	// Fetch gives the bytes of the file of a message; the caller closes.
	// ErrNotFound: it is not there.
	Fetch(ctx context.Context, message MessageID) (io.ReadCloser, error)
}

// ofOrganisation is the member who acts for an organisation in a closed casus.
func (b *Bot) ofOrganisation(tx Tx, platform string, casus Casus, user UserID, org OrgID) (here, Member, error) {
	h, err := b.at(tx, platform, casus, user, MayHandOver)
	if err != nil {
		return h, Member{}, err
	}
	m, ok := casus.Member(user)
	switch {
	case !ok || m.Organisation != org:
		return h, m, ErrForbidden
	case casus.Status != Closed && casus.Status != Archived:
		return h, m, &InvalidError{Reason: text.TakeOverGone.Say(text.None{})}
	}
	return h, m, nil
}

// takeable lists what m can still take over for their organisation, oldest first.
func (b *Bot) takeable(tx Tx, casus Casus, m Member) ([]Option, error) {
	var taken []Taken
	for _, h := range casus.Private.Handovers {
		if h.Organisation == m.Organisation {
			taken = h.Taken
		}
	}
	all := []Option{{itemTalk, text.TakeOverTalk.Say(text.None{})}, {itemYesses, text.TakeOverYesses.Say(text.None{})}}
	files, err := tx.FilesOf(casus.Ref)
	if err != nil {
		return nil, err
	}
	for _, f := range files {
		if b.mayTake(f, m) {
			all = append(all, Option{itemFile + string(f.ID), text.TakeOverFile.Say(text.TakeOverItemArgs{Name: plain.Short(shownName(f), 60), At: f.At})})
		}
	}
	all = slices.DeleteFunc(all, func(o Option) bool {
		return slices.ContainsFunc(taken, func(t Taken) bool { return t.Item == o.Value })
	})
	return all[:min(len(all), maxTaken)], nil
}

// askTakeOver opens the form with which an organisation chooses.
func (b *Bot) askTakeOver(ctx context.Context, t *turn, e Event, ticket Ticket) error {
	var form Form
	err := b.Store.View(ctx, func(tx Tx) error {
		casus, err := tx.Casus(ticket.Casus)
		if err != nil {
			return gone(err)
		}
		_, m, err := b.ofOrganisation(tx, e.Platform, casus, e.User, OrgID(ticket.Object))
		if err != nil {
			return err
		}
		items, err := b.takeable(tx, casus, m)
		if err != nil {
			return err
		}
		if len(items) == 0 {
			return &InvalidError{Reason: text.TakeOverGone.Say(text.None{})}
		}
		may := grounds[m.Sector]
		w, none := text.TakeOverForm, text.None{}
		form = Form{Title: w.Title.Say(none), Intro: w.Intro.Say(none), Send: w.Send.Say(none), Fields: []Field{
			{Name: "items", Label: w.Items.Say(none), Help: w.ItemsHelp.Say(none), Kind: Choices, Options: items},
			{Name: "ground", Label: w.Ground.Say(none), Help: w.GroundHelp.Say(none), Kind: Choice, Options: options(may, text.TakeOverGroundName), Default: may[:1]},
			{Name: "why", Label: w.Why.Say(none), Help: w.WhyHelp.Say(none), Kind: LongText, Optional: true},
			{Name: "key", Label: w.Key.Say(none), Help: w.KeyHelp.Say(none), Kind: ShortText, Optional: true},
		}}
		return nil
	})
	if err != nil {
		return err
	}
	return b.openForm(ctx, t, e, form, Ticket{Action: actTakeOver, Casus: ticket.Casus, Object: ticket.Object})
}

// gone is err, told as a button that does nothing any more when the casus was
// erased.
func gone(err error) error {
	if errors.Is(err, ErrNotFound) || errors.Is(err, ErrGone) {
		return &InvalidError{Reason: text.ButtonUsed.Say(text.None{})}
	}
	return err
}

// takeOver is what the job that hands over remembers.
type takeOver struct {
	User   UserID
	Org    OrgID
	Items  []string
	Ground string
	Key    string // blank: no seal
}

// submitTakeOver records the choice and leaves the handing over to a job.
func (b *Bot) submitTakeOver(ctx context.Context, ticket Ticket, s Submission) (FormAnswer, error) {
	var answer FormAnswer
	err := b.submitIn(ctx, ticket, s, MayHandOver, func(tx Tx, h here) error {
		_, m, err := b.ofOrganisation(tx, s.Platform, h.casus, s.User, OrgID(ticket.Object))
		if err != nil {
			return err
		}
		order := takeOver{User: s.User, Org: m.Organisation, Items: s.Values["items"], Ground: s.Value("ground"), Key: strings.TrimSpace(s.Value("key"))}
		why := strings.TrimSpace(s.Value("why"))
		offered, err := b.takeable(tx, h.casus, m)
		if err != nil {
			return err
		}
		w, none := text.TakeOverForm, text.None{}
		switch {
		case len(order.Items) == 0:
			return &InvalidError{Field: "items", Reason: w.None.Say(none)}
		case slices.ContainsFunc(order.Items, func(id string) bool {
			return !slices.ContainsFunc(offered, func(o Option) bool { return o.Value == id })
		}):
			return &InvalidError{Field: "items", Reason: text.WrongChoice.Say(none)}
		case !slices.Contains(grounds[m.Sector], order.Ground):
			return &InvalidError{Field: "ground", Reason: text.WrongChoice.Say(none)}
		case order.Ground == groundOther && !plain.LongEnough(why):
			return &InvalidError{Field: "why", Reason: w.NoWhy.Say(none)}
		case order.Key != "" && dossier.CheckKey(order.Key) != nil:
			return &InvalidError{Field: "key", Reason: text.DataForm.WrongKey.Say(none)}
		}
		if some, err := someInVault(tx, order.Items); err != nil {
			return err
		} else if some && order.Key == "" {
			return &InvalidError{Field: "key", Reason: text.TakeOverVaultKey.Say(none)}
		}
		slices.Sort(order.Items)
		order.Items = slices.Compact(order.Items)
		casus := h.casus
		casus.Private.Handovers = slices.Clone(withHandover(casus.Private.Handovers, m.Organisation))
		for i := range casus.Private.Handovers {
			if one := &casus.Private.Handovers[i]; one.Organisation == m.Organisation {
				for _, id := range order.Items {
					one.Taken = append(slices.Clip(one.Taken), Taken{Item: id, Ground: order.Ground, Why: why, By: m.ID, At: b.Now()})
				}
			}
		}
		if casus, err = tx.SaveCasus(casus); err != nil {
			return err
		}
		what := []string{"ground:" + order.Ground, "sealed:" + strconv.FormatBool(order.Key != "")}
		for _, id := range order.Items {
			what = append(what, "item:"+id)
		}
		if err := b.record(tx, h.who, Entry{Casus: casus.Ref, Act: ActTakenOver, Object: string(m.Organisation), Reasons: what}); err != nil {
			return err
		}
		args, err := b.takeOverArgs(tx, casus, order)
		if err != nil {
			return err
		}
		answer.Text = text.TakeOverSaved.Say(args)
		return tx.AddJob(Job{ID: "take_over:" + ticket.Token, Kind: JobTakeOver, Casus: casus.Ref, Body: encode(order), RunAt: b.Now()})
	})
	return answer, err
}

func (b *Bot) takeOverArgs(tx Tx, casus Casus, o takeOver) (text.TakeOverArgs, error) {
	org, err := tx.Organisation(o.Org)
	return text.TakeOverArgs{Ref: string(casus.Ref), Organisation: org.Name, Items: len(o.Items),
		Ground: text.TakeOverGroundName(o.Ground), Sealed: o.Key != ""}, err
}

// handTakenOver is the job that gives an organisation what it chose: a page, the
// same as JSON and the files, in a private message. Sealed for the key that was
// given; without one the message is taken back after a day.
func (b *Bot) handTakenOver(ctx context.Context, t *turn) error {
	order, err := decode[takeOver](t.job.Body)
	if err != nil {
		return err
	}
	var casus Casus
	var d dossier.Dossier
	var files []File
	var args text.TakeOverArgs
	err = b.Store.View(ctx, func(tx Tx) (err error) {
		if casus, err = tx.Casus(t.job.Casus); err != nil {
			return err
		}
		// Who left the casus or the organisation meanwhile gets nothing.
		_, m, err := b.ofOrganisation(tx, casus.Platform, casus, order.User, order.Org)
		if err != nil {
			return err
		}
		if args, err = b.takeOverArgs(tx, casus, order); err != nil {
			return err
		}
		d, files, err = b.takenDossier(tx, casus, order, args, m)
		return err
	})
	var invalid *InvalidError
	if errors.Is(err, ErrNotFound) || errors.Is(err, ErrGone) || errors.Is(err, ErrForbidden) || errors.As(err, &invalid) {
		return nil
	}
	if err != nil {
		return err
	}
	p, err := b.platform(casus.Platform)
	if err != nil {
		return err
	}
	attached, left := b.readBack(ctx, p, files, order.Key != "")
	args.TooLarge = left
	for i, item := range d.Items {
		if id, ok := strings.CutPrefix(item.ID, itemFile); ok {
			if a, ok := attached[FileID(id)]; ok {
				d.Items[i].Contents = a.Name
			} else {
				said := text.TakeOverFetch
				if slices.ContainsFunc(files, func(f File) bool { return f.Vault && string(f.ID) == id }) {
					said = text.TakeOverVaultLeft
				}
				d.Items[i].Lines = append(d.Items[i].Lines, line(text.Dossier.State, said.Say(text.None{})))
			}
		}
	}
	var all []dossier.Attachment
	for _, f := range files {
		if a, ok := attached[f.ID]; ok {
			all = append(all, a)
		}
	}
	var content bytes.Buffer
	name := text.TakeOverFileName.In(b.aloud(), text.CasusArgs{Ref: string(casus.Ref)}) + ".zip"
	if order.Key != "" {
		name += ".age"
		err = d.Seal(&content, order.Key, all...)
	} else {
		err = d.Archive(&content, all...)
	}
	if err != nil {
		return fmt.Errorf("take over %s: %w", casus.Ref, err)
	}
	doc := document(content.Bytes(), name, text.TakeOverHere.In(b.langOf(ctx, casus.Platform, order.User), args))
	id, err := p.TellFile(ctx, order.User, doc, &content, t.job.ID)
	if errors.Is(err, ErrNotFound) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("take over %s: %w", casus.Ref, err)
	}
	return t.Commit(ctx, func(tx Tx) error {
		who, err := b.who(tx, casus.Platform, order.User)
		if err != nil {
			return err
		}
		until := time.Time{}
		if order.Key == "" {
			until = b.Now().Add(plainTerm)
		}
		what := []string{"take_over", fmt.Sprintf("items:%d", len(order.Items)), fmt.Sprintf("files:%d", len(all)), fmt.Sprintf("left:%d", left)}
		for _, f := range files {
			if _, ok := attached[f.ID]; !ok || !f.Vault {
				continue
			}
			// Whoever brought it in sees that it was taken along.
			if err := b.record(tx, who, Entry{Casus: casus.Ref, Act: ActVaultTaken, Object: string(f.ID)}); err != nil {
				return err
			}
		}
		return errors.Join(b.rememberUntil(tx, casus.Ref, id, until),
			b.record(tx, who, Entry{Casus: casus.Ref, Act: ActExported, Object: string(order.Org), Reasons: what}))
	})
}

// takenDossier is the overview of what was chosen, with the files that go along.
func (b *Bot) takenDossier(tx Tx, casus Casus, o takeOver, args text.TakeOverArgs, m Member) (dossier.Dossier, []File, error) {
	c := collector{bot: b, tx: tx, casus: casus, all: true}
	c.Dossier = dossier.Dossier{Schema: dossier.TakeOver, Casus: string(casus.Ref), For: text.TakeOverPageFor.NL(args), Made: b.Now()}
	w, none := text.Dossier, text.None{}
	matters, err := tx.Matters(casus.Ref)
	if err != nil {
		return c.Dossier, nil, err
	}
	c.beside = corrections(matters)
	c.about()
	if slices.Contains(o.Items, itemTalk) {
		c.Items = append(c.Items, dossier.Item{ID: itemTalk, Chapter: w.Decisions.NL(), Lines: []dossier.Line{
			line(w.Name, text.TakeOverTalk.NL(none)), line(w.State, text.TakeOverFetch.NL(none))}})
	}
	if slices.Contains(o.Items, itemYesses) {
		if err := c.yesses(); err != nil {
			return c.Dossier, nil, err
		}
	}
	files, err := tx.FilesOf(casus.Ref)
	if err != nil {
		return c.Dossier, nil, err
	}
	var chosen []File
	for _, f := range files {
		// What was withdrawn since it was chosen is not handed over any more.
		if !slices.Contains(o.Items, itemFile+string(f.ID)) || !b.mayTake(f, m) {
			continue
		}
		chosen = append(chosen, f)
		c.put(dossier.Item{ID: itemFile + string(f.ID), Chapter: w.Files.NL(), At: f.At, Lines: []dossier.Line{
			line(w.Name, shownName(f)), line(w.Poster, b.functionOf(tx, casus, f.Poster)), line(w.Kinds, c.kinds(f.Kinds)), line(w.Text, f.Text)}})
	}
	return c.Dossier, chosen, nil
}

// mayTake reports whether m can take f over for their organisation: what stands in
// the room, and of the vault what they brought in or what is for them, until its
// term. That a casus is closed ends reading and not taking over: an organisation
// keeps what it must on a ground of its own.
func (b *Bot) mayTake(f File, m Member) bool {
	if f.State != Posted || !f.Vault {
		return f.State == Posted
	}
	return (m.ID == f.Poster || slices.Contains(f.For, m.ID)) && (f.Until.IsZero() || f.Until.After(b.Now()))
}

// someInVault reports whether one of the items is a file in the vault.
func someInVault(tx Tx, items []string) (bool, error) {
	for _, item := range items {
		id, ok := strings.CutPrefix(item, itemFile)
		if !ok {
			continue
		}
		if f, err := tx.File(FileID(id)); err != nil || f.Vault {
			return err == nil, err
		}
	}
	return false, nil
}

// readBack reads the posted files back: those of the vault from our own store, and
// only to be sealed for a key, since the chat never has them in the clear; others
// from the platform. left counts those that do not fit, are not there or are not the
// bytes that were decided on.
func (b *Bot) readBack(ctx context.Context, p Platform, files []File, sealed bool) (all map[FileID]dossier.Attachment, left int) {
	all = map[FileID]dossier.Attachment{}
	fetcher, ok := p.(Fetcher)
	room := int64(maxTakenSize)
	for i, f := range files {
		data, err := []byte(nil), ErrNotFound
		switch {
		case f.Size > room:
		case f.Vault && sealed:
			data, err = checked(f, func() (io.ReadCloser, error) { return b.Store.OpenBlob(ctx, f.Casus, f.ID) })
		case !f.Vault && ok:
			data, err = checked(f, func() (io.ReadCloser, error) { return fetcher.Fetch(ctx, f.Message) })
		}
		if err != nil {
			left++
			continue
		}
		room -= f.Size
		name := f.Name
		if f.Vault {
			name = shownName(f)
		}
		all[f.ID] = dossier.Attachment{Name: fmt.Sprintf("bestanden/%02d-%s", i+1, plain.EntryName(name)),
			Open: func() (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(data)), nil }}
	}
	return all, left
}

// checked reads what open opens, which must be the bytes that f was decided on.
func checked(f File, open func() (io.ReadCloser, error)) ([]byte, error) {
	r, err := open()
	if err != nil {
		return nil, err
	}
	defer r.Close()
	data, err := io.ReadAll(io.LimitReader(r, f.Size+1))
	if err != nil {
		return nil, err
	}
	if sum := sha256.Sum256(data); hex.EncodeToString(sum[:]) != f.Hash {
		return nil, ErrConflict
	}
	return data, nil
}

// askWait opens the form with which an organisation asks for time.
func (b *Bot) askWait(ctx context.Context, t *turn, e Event, ticket Ticket) error {
	err := b.Store.View(ctx, func(tx Tx) error {
		casus, err := tx.Casus(ticket.Casus)
		if err != nil {
			return gone(err)
		}
		_, m, err := b.ofOrganisation(tx, e.Platform, casus, e.User, OrgID(ticket.Object))
		if err != nil {
			return err
		}
		return b.mayWait(tx, casus, m.Organisation)
	})
	if err != nil {
		return err
	}
	w, none := text.WaitForm, text.None{}
	form := Form{Title: w.Title.Say(none), Intro: w.Intro.Say(none), Send: w.Send.Say(none), Fields: []Field{
		{Name: "days", Label: w.Days.Say(none), Kind: Choice, Options: []Option{{"7", "7"}, {"14", "14"}, {strconv.Itoa(waitMost), strconv.Itoa(waitMost)}}, Default: []string{"14"}},
		{Name: "reason", Label: w.Reason.Say(none), Help: w.ReasonHelp.Say(none), Kind: LongText},
	}}
	return b.openForm(ctx, t, e, form, Ticket{Action: actHandoverWait, Casus: ticket.Casus, Object: ticket.Object})
}

// mayWait refuses a second wish of the same organisation: a wait is bounded, and
// several in a row would not be.
func (b *Bot) mayWait(tx Tx, casus Casus, org OrgID) error {
	if !casus.ErasingSince.IsZero() {
		return &InvalidError{Reason: text.HoldTooLate.Say(text.None{})}
	}
	for _, h := range casus.Private.Handovers {
		if h.Organisation == org && !h.Wait.Until.IsZero() {
			named, err := tx.Organisation(org)
			if err != nil {
				return err
			}
			return &InvalidError{Reason: text.TakeOverTwice.Say(text.TakeOverArgs{Ref: string(casus.Ref), Organisation: named.Name, Until: h.Wait.Until})}
		}
	}
	return nil
}

// submitWait has erasing wait for a bounded time, and tells everybody who watches
// over the casus.
func (b *Bot) submitWait(ctx context.Context, ticket Ticket, s Submission) (FormAnswer, error) {
	var answer FormAnswer
	err := b.submitIn(ctx, ticket, s, MayHandOver, func(tx Tx, h here) error {
		_, m, err := b.ofOrganisation(tx, s.Platform, h.casus, s.User, OrgID(ticket.Object))
		if err != nil {
			return err
		}
		if err := b.mayWait(tx, h.casus, m.Organisation); err != nil {
			return err
		}
		days, err := strconv.Atoi(s.Value("days"))
		if err != nil || days < 1 || days > waitMost {
			return &InvalidError{Field: "days", Reason: text.WrongChoice.Say(text.None{})}
		}
		reason := strings.TrimSpace(s.Value("reason"))
		if !plain.LongEnough(reason) {
			return &InvalidError{Field: "reason", Reason: text.Wrong.Reason.Say(text.None{})}
		}
		now := b.Now()
		wait := Wait{From: now, Until: now.In(amsterdam).AddDate(0, 0, days), Reason: reason, By: m.ID}
		casus := h.casus
		casus.Private.Handovers = slices.Clone(withHandover(casus.Private.Handovers, m.Organisation))
		for i := range casus.Private.Handovers {
			if casus.Private.Handovers[i].Organisation == m.Organisation {
				casus.Private.Handovers[i].Wait = wait
			}
		}
		if casus, err = tx.SaveCasus(casus); err != nil {
			return err
		}
		if err := b.record(tx, h.who, Entry{Casus: casus.Ref, Act: ActHandoverWait, Object: string(m.Organisation), Reasons: []string{fmt.Sprintf("days:%d", days)}}); err != nil {
			return err
		}
		org, err := tx.Organisation(m.Organisation)
		if err != nil {
			return err
		}
		answer.Text = text.TakeOverBlocked.Say(text.TakeOverArgs{Ref: string(casus.Ref), Organisation: org.Name, Until: wait.Until, Reason: plain.Escape(reason)})
		told := Message{Text: answer.Text}
		return errors.Join(b.planRetention(ctx, tx, casus), b.toCoordinator(tx, casus, "wait:"+ticket.Token, told), b.everyGuardian(tx, casus, "wait:"+ticket.Token, told))
	})
	return answer, err
}

// confirmed is since when an organisation's word counts for the rules: not while
// it asked to wait. The zero time: it does not count now.
func (h Handover) confirmed(now time.Time) time.Time {
	if h.Wait.Until.After(now) {
		return time.Time{}
	}
	return h.ConfirmedAt
}

// waitEnds is the first moment after now at which an organisation's wish to wait
// ends; the zero time when there is none.
func (c Casus) waitEnds(now time.Time) time.Time {
	var first time.Time
	for _, h := range c.Private.Handovers {
		if h.Wait.Until.After(now) && (first.IsZero() || h.Wait.Until.Before(first)) {
			first = h.Wait.Until
		}
	}
	return first
}

// handoverLines is what the status and the receipt say of taking over.
func (b *Bot) handoverLines(tx Tx, casus Casus) ([]text.HandoverLine, error) {
	if casus.Status != Closed && casus.Status != Archived {
		return nil, nil
	}
	var lines []text.HandoverLine
	for _, h := range casus.Private.Handovers {
		org, err := tx.Organisation(h.Organisation)
		if err != nil {
			return nil, err
		}
		l := text.HandoverLine{Organisation: org.Name, ConfirmedAt: h.ConfirmedAt, Items: len(h.Taken)}
		for _, g := range h.grounds() {
			l.Grounds = append(l.Grounds, text.TakeOverGroundName(g))
		}
		if h.Wait.Until.After(b.Now()) {
			l.BlockedUntil = h.Wait.Until
		}
		lines = append(lines, l)
	}
	return lines, nil
}

func (h Handover) grounds() []string {
	var all []string
	for _, t := range h.Taken {
		if !slices.Contains(all, t.Ground) {
			all = append(all, t.Ground)
		}
	}
	slices.Sort(all)
	return all
}

// handedOver is what the receipt keeps of it: no items, only how many.
func (c Casus) handedOver() []HandedOver {
	var all []HandedOver
	for _, h := range c.Private.Handovers {
		all = append(all, HandedOver{Organisation: h.Organisation, ConfirmedAt: h.ConfirmedAt, Items: len(h.Taken), Grounds: h.grounds()})
	}
	return all
}
