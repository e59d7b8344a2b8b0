package bot

import (
	"context"
	"slices"
	"strings"

	"github.com/convenantbot/convenantbot/bot/judge"
	"github.com/convenantbot/convenantbot/bot/plain"
	"github.com/convenantbot/convenantbot/bot/text"
)

// intended are the kinds of data that somebody may want to share in the end,
// lightest first. For the other two no yes would help.
var intended = []DataKind{Ordinary, Sensitive, Health}

// kindWords is how people write a kind of data behind a command.
var kindWords = map[string]DataKind{
	"gewoon": Ordinary, "gewone": Ordinary, "gevoelig": Sensitive, "gevoelige": Sensitive,
	"gezondheid": Health, "medisch": Health,
	string(Ordinary): Ordinary, string(Sensitive): Sensitive, string(Health): Health,
}

// intendedKinds reads the kinds of data behind a command; all of them when
// there is nothing. A word that is no kind is an *InvalidError.
func intendedKinds(rest string) ([]DataKind, error) {
	var kinds []DataKind
	for _, word := range strings.FieldsFunc(strings.ToLower(rest), func(r rune) bool { return r == ' ' || r == ',' }) {
		k, ok := kindWords[word]
		switch {
		case word == "gegevens" || word == "en":
		case !ok:
			return nil, &InvalidError{Reason: text.NeedKindUnknown.Say(text.None{})}
		case !slices.Contains(kinds, k):
			kinds = append(kinds, k)
		}
	}
	if len(kinds) == 0 {
		return intended, nil
	}
	return kinds, nil
}

// commandNeed is "/casus nodig": which consents and agreements are still missing
// before data of these kinds can be shared in this casus, by each organisation.
func (b *Bot) commandNeed(ctx context.Context, t *turn, e Event, rest string) error {
	kinds, err := intendedKinds(rest)
	if err != nil {
		return err
	}
	return b.finish(ctx, t, e, func(tx Tx) error {
		h, err := b.room(tx, e.Platform, e.Channel, e.User, MayRead)
		if err != nil {
			return err
		}
		if h.casus.Status != Open {
			return &InvalidError{Reason: text.RoomClosed.Say(text.CasusArgs{Ref: string(h.casus.Ref)})}
		}
		args, err := b.neededBy(ctx, tx, h, kinds)
		if err != nil {
			return err
		}
		entry := Entry{Casus: h.casus.Ref, At: b.Now(), Actor: h.who.ID, OnBehalf: h.who.Organisation, Act: ActRead, Outcome: outcomeDone}
		if _, err := tx.Record(entry); err != nil {
			return err
		}
		m := Message{Text: text.Needed.Say(args)}
		if own := slices.IndexFunc(args.Disclosers, func(d text.NeededDiscloser) bool { return d.Own && len(d.Missing) > 0 }); own >= 0 {
			button, err := b.formButton(tx, h.casus, e.User, "", kinds)
			if err != nil {
				return err
			}
			m.Buttons = []Button{button}
		}
		return b.reply(tx, h.casus.Ref, e, m)
	})
}

// neededBy works out what each organisation in the casus lacks. Who has not
// agreed yet is told to who must act on it alone: a professional of the
// organisation that would share, and who leads the casus. To others it is only
// said that something is missing.
//
// Source: convenant, data minimisation; a refusal is itself something about a
// person.
func (b *Bot) neededBy(ctx context.Context, tx Tx, h here, kinds []DataKind) (text.NeededArgs, error) {
	args := text.NeededArgs{Ref: string(h.casus.Ref), Kinds: kindNames(kinds)}
	own, inside := h.casus.Member(h.who.Account)
	type side struct {
		org    OrgID
		sector Sector
	}
	var seen []side
	for _, m := range h.casus.Private.Members {
		over := !m.Until.IsZero() && !m.Until.After(b.Now())
		if s := (side{m.Organisation, m.Sector}); m.Role != Professional || over || slices.Contains(seen, s) {
			continue
		} else {
			seen = append(seen, s)
		}
		needs, err := b.needsOf(ctx, tx, h.casus, m, kinds)
		if err != nil {
			return args, err
		}
		s := Standings{Leads: h.Standings[Leads]}
		s[OfDiscloser] = inside && own.Role == Professional && own.Organisation == m.Organisation
		d := text.NeededDiscloser{Organisation: b.orgName(tx, m.Organisation), Ready: len(needs.Missing) == 0,
			Own: s[OfDiscloser] && own.Sector == m.Sector, Detailed: s.May(MaySeeMissing)}
		if d.Detailed {
			if d.Missing, err = b.neededLines(tx, h.casus, needs); err != nil {
				return args, err
			}
			for _, p := range needs.Refused {
				d.Refused = append(d.Refused, refusedKind(p))
			}
		}
		d.Closed = len(needs.Refused) == len(kinds)
		args.Disclosers = append(args.Disclosers, d)
	}
	return args, nil
}

// needsOf is what m still needs before data of these kinds can be shared. Where
// the rules fail nothing can be shared, and no yes would help.
func (b *Bot) needsOf(ctx context.Context, tx Tx, casus Casus, m Member, kinds []DataKind) (judge.Needs, error) {
	in, err := b.shareInput(tx, casus, File{Casus: casus.Ref, Poster: m.ID, Account: m.Account, Kinds: kinds})
	if err != nil {
		return judge.Needs{}, err
	}
	needs, err := b.Judge.Needs(ctx, in)
	failed, err := b.ruled(err)
	if failed {
		needs = judge.Needs{}
		for _, k := range kinds {
			needs.Refused = append(needs.Refused, judge.Possibility{Kind: string(k), Verdict: b.Judge.Bundle().Refusal()})
		}
	}
	return needs, err
}

func (b *Bot) neededLines(tx Tx, casus Casus, needs judge.Needs) ([]text.NeededLine, error) {
	var lines []text.NeededLine
	for _, n := range needs.Missing {
		line := text.NeededLine{Giver: b.labels(casus, []string{n.Giver})[0], Agreement: n.Agreement, Purpose: plain.Escape(n.Purpose)}
		for _, k := range n.Kinds {
			line.Kinds = append(line.Kinds, strings.ToLower(text.DataKindName(k)))
		}
		for _, r := range n.Recipients {
			line.Recipients = append(line.Recipients, b.recipientName(tx, casus, r))
		}
		lines = append(lines, line)
	}
	return lines, nil
}

// recipientName is what people call a recipient: an organisation, or somebody
// who reads along.
func (b *Bot) recipientName(tx Tx, casus Casus, id string) string {
	if name := b.orgName(tx, OrgID(id)); name != id {
		return name
	}
	return b.labels(casus, []string{id})[0]
}

// orgName is what people call an organisation; one that we do not know is its
// id.
func (b *Bot) orgName(tx Tx, id OrgID) string {
	org, err := tx.Organisation(id)
	if err != nil || org.Name == "" {
		return string(id)
	}
	return plain.Escape(org.Name)
}

func kindNames(kinds []DataKind) []string {
	var names []string
	for _, k := range kinds {
		names = append(names, strings.ToLower(text.DataKindName(string(k))))
	}
	return names
}

func refusedKind(p judge.Possibility) text.RefusedKind {
	why := ""
	if len(p.Verdict.Reasons) > 0 {
		why = saysWhat(p.Verdict.Reasons[0])
	}
	return text.RefusedKind{Kind: text.DataKindName(p.Kind), Why: why}
}

// neededForStatus is what the asker's status says of it: as with "/casus nodig",
// for every kind.
func (b *Bot) neededForStatus(ctx context.Context, tx Tx, h here) (string, error) {
	if h.casus.Status != Open {
		return "", nil
	}
	args, err := b.neededBy(ctx, tx, h, intended)
	if err != nil {
		return "", err
	}
	return text.Needed.Say(args), nil
}
