package bot

import (
	"context"
	"errors"
	"slices"
	"strings"
	"time"

	"github.com/convenantbot/convenantbot/bot/plain"
	"github.com/convenantbot/convenantbot/bot/text"
)

// DoAdvise is the FG's advice on an exception that waits, as the addresses of the
// dashboard spell it.
const DoAdvise = "advies"

// exceptionActs are the acts about an exception; its file is their object.
var exceptionActs = []Act{ActExceptionAsked, ActExceptionAdvised, ActExceptionGranted, ActExceptionDenied}

// asking is an exception as the log tells it.
type asking struct {
	asked   Entry
	advised bool
	end     Entry // what was decided, or what else became of the file; blank: nothing
}

// askings reads them back, oldest first: those that the organisation's own people
// asked for. Another organisation in the same casus has nothing to do with it.
func askings(entries []Entry, org OrgID) []*asking {
	var all []*asking
	open := map[string]*asking{} // by file
	for _, e := range slices.Backward(entries) {
		a := open[e.Object]
		switch {
		case e.Act == ActExceptionAsked && e.OnBehalf == org && e.Outcome == outcomeDone:
			a = &asking{asked: e}
			all, open[e.Object] = append(all, a), a
		case a == nil || e.Act == ActRead || e.Act == ActRefused:
		case e.Act == ActExceptionAdvised:
			a.advised = true
		case slices.Contains(exceptionActs, e.Act) || e.Outcome == outcomeDone:
			a.end = e
			delete(open, e.Object)
		}
	}
	return all
}

// viewExceptions is what was asked and decided for the seat's own organisation: the
// FG looks along, samples and advises; who decides does so in the chat, where the
// reason can be read. Neither the reason nor the file is shown here, and who leads a
// casus sees none of it.
func (b *Bot) viewExceptions(_ context.Context, tx Tx, s seat, _ DashQuery, d *Dash) error {
	entries, err := tx.WatchedEntries(s.hat.watch(s.who.ID), b.Now().AddDate(0, 0, -dashDays), dashEntries)
	if err != nil {
		return err
	}
	waiting := DashTable{Code: "wachtende", Columns: []string{"casus", "ground", "asked", "until", "advised"}}
	past := DashTable{Code: "uitzonderingen", Columns: []string{"casus", "ground", "asked", "advised", "state", "moment", "minutes"}}
	granted, denied := 0, 0
	for _, a := range slices.Backward(askings(entries, s.hat.Organisation)) {
		until, advised := a.asked.At.Add(exceptionTerm), ""
		if a.advised {
			advised = text.Dash("yes")
		}
		cells := []DashCell{codeCell(string(a.asked.Casus)), words(text.ExceptionName(strings.Join(a.asked.Reasons, " "))), atMoment(a.asked.At)}
		if a.end.Act == "" && b.Now().Before(until) {
			row := DashRow{Cells: append(cells, atMoment(until), words(advised))}
			if s.hat.standings().May(MayAdvise) {
				row.Acts = []DashAct{{Code: DoAdvise, Casus: a.asked.Casus, Object: a.asked.Object}}
			}
			waiting.Rows = append(waiting.Rows, row)
			continue
		}
		state := "exception_over"
		switch a.end.Act {
		case ActExceptionGranted:
			state, granted = "exception_granted", granted+1
		case ActExceptionDenied:
			state, denied = "exception_denied", denied+1
		}
		cells = append(cells, words(advised), words(text.Dash(state)))
		if state == "exception_over" {
			cells = append(cells, DashCell{}, DashCell{})
		} else {
			cells = append(cells, atMoment(a.end.At), number(int(a.end.At.Sub(a.asked.At)/time.Minute)))
		}
		past.Rows = append(past.Rows, DashRow{Cells: cells})
	}
	d.Facts = []DashFact{{Code: "exceptions_waiting", N: len(waiting.Rows)}, {Code: "exceptions_granted", N: granted}, {Code: "exceptions_denied", N: denied}}
	d.Tables = []DashTable{waiting, past}
	note := "exceptions_decide"
	if s.hat.Kind == HatDPO {
		note = "exceptions"
		d.Facts = append(d.Facts, DashFact{Code: "sampled", N: quickPosts(entries), View: "steekproef"})
	}
	d.Notes = append(d.Notes, note, "ninety_days")
	return nil
}

// quickPosts counts the files that were posted soon after a yes was noted.
func quickPosts(entries []Entry) (n int) {
	last := map[Ref]time.Time{}
	for _, e := range slices.Backward(entries) {
		switch yes, ok := last[e.Casus]; {
		case e.Act == ActConsentRecorded:
			last[e.Casus] = e.At
		case e.Act == ActFilePosted && ok && e.At.Sub(yes) < quick:
			n++
		}
	}
	return n
}

// DashAdvise gives the FG's advice on an exception that waits: whoever decides gets
// it in the chat, and reads it again with the decision. It decides nothing, and a
// second one takes the first one's place. An *InvalidError says what is wrong with
// it. What waits no more, and what another organisation asked, is ErrForbidden.
func (b *Bot) DashAdvise(ctx context.Context, q DashQuery, ref Ref, file, advice string) error {
	return b.atDash(ctx, q, MayAdvise, func(tx Tx, s seat) error {
		f, err := tx.File(FileID(file))
		if err != nil {
			return err
		}
		if f.Casus != ref || f.State != Quarantined || f.Asked == nil || !f.ExpiresAt.After(b.Now()) {
			return ErrForbidden
		}
		casus, err := tx.Casus(f.Casus)
		if err != nil {
			return err
		}
		poster, ok := casus.Member(f.Account)
		if !ok || poster.Organisation != s.hat.Organisation {
			return ErrForbidden
		}
		person, err := b.decider(tx, casus, f)
		var nobody *InvalidError
		if errors.As(err, &nobody) {
			return ErrForbidden
		}
		if err != nil {
			return err
		}
		advice = strings.TrimSpace(advice)
		switch {
		case !plain.LongEnough(advice) || !plain.Readable(advice):
			return &InvalidError{Field: "advice", Reason: text.Wrong.Reason.Say(text.None{})}
		case len(FindKnown(casus, advice)) > 0:
			return &InvalidError{Field: "advice", Reason: text.WrongNamed.Say(text.CasusArgs{Ref: string(casus.Ref)})}
		}
		f.Asked.Advice = advice
		key := b.NewID()
		return errors.Join(tx.SaveFile(f),
			b.record(tx, s.who, Entry{Casus: casus.Ref, Act: ActExceptionAdvised, Object: string(f.ID), Reasons: []string{f.Asked.Code}}),
			b.tellDecider(tx, casus, f, person, key))
	})
}
