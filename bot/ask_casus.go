package bot

import (
	"context"
	"time"

	"github.com/convenantbot/convenantbot/bot/suppose"
	"github.com/convenantbot/convenantbot/bot/text"
)

// bandOf is the young person's band of age today; blank when it is unknown.
func (b *Bot) bandOf(c Casus) string {
	born, err := time.ParseInLocation(time.DateOnly, c.Private.YoungPerson.Born, amsterdam)
	if err != nil {
		return ""
	}
	now := b.Now().In(amsterdam)
	years := now.Year() - born.Year()
	if now.Before(born.AddDate(years, 0, 0)) {
		years--
	}
	return suppose.BandOf(max(years, 0))
}

// aboutCasus reports whether a case in a question can be the casus of this room:
// it is about sharing with who takes part, by the asker, and names no other age.
func aboutCasus(p place, k suppose.Sketch, band string) bool {
	return k.Shares && !k.Law && k.Reach != suppose.Outside && (k.Age == "" || k.Age == band) && (k.Sector == "" || k.Sector == string(p.member.Sector))
}

// casusVerdict says what the rules decide now when the asker would share this
// kind of data in the casus, and leaves an entry: it tells who said yes.
func (b *Bot) casusVerdict(ctx context.Context, tx Tx, p place, kind DataKind) (string, error) {
	v, err := b.judgeShare(ctx, tx, p.casus, File{Casus: p.casus.Ref, Poster: p.member.ID, Account: p.member.Account, Kinds: []DataKind{kind}})
	if err != nil {
		return "", err
	}
	if _, err := tx.Record(Entry{Casus: p.casus.Ref, At: b.Now(), Actor: p.who.ID, OnBehalf: p.who.Organisation, Act: ActRead,
		Policy: v.Policy, Reasons: v.codes(), Outcome: outcomeDone}); err != nil {
		return "", err
	}
	return text.CasusVerdict.Say(text.CasusVerdictArgs{Ref: string(p.casus.Ref), Kind: text.DataKindName(string(kind)),
		Allowed: v.allows(), Refused: v.refuses(), Missing: b.labels(p.casus, v.Missing), Why: v.text(),
		Absence: kind == Ordinary && !v.refuses() && b.asksAbsence(p.casus, p.member.Account)}), nil
}
