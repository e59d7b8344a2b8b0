package bot

import (
	"errors"
	"slices"
)

// whyReaders says of each kind of decision who may open it: those whom it is told to,
// as they stand now. What is not in it explains itself to nobody. The decision is
// never more than its reader was told, or could ask with /casus status.
var whyReaders = map[Act]func(b *Bot, tx Tx, h here, e Entry) (bool, error){
	ActFileDecided:      ownFile,
	ActMemberAdded:      letIn,
	ActFamilyInvited:    letIn,
	ActMemberRefused:    eitherOf(theirAct, led),
	ActMemberEnded:      eitherOf(aboutThem, led, watches),
	ActMemberBack:       eitherOf(aboutThem, led, watches),
	ActStrangerRemoved:  eitherOf(theirAct, led, watches),
	ActLetIn:            theirAct,
	ActMessageHeld:      theirAct,
	ActRefused:          theirAct,
	ActMessageSlipped:   eitherOf(theirAct, led, watches),
	ActFileSlipped:      eitherOf(theirAct, led, watches),
	ActExceptionGranted: eitherOf(ownFile, theirDecision, dpoOf),
	ActExceptionDenied:  eitherOf(ownFile, theirDecision),
	ActConsentEnded:     hid,
	ActConsentRefused:   hid,
	ActCasusClosed:      reads,
	ActHoldPlaced:       eitherOf(reads, watches),
	ActAnnounced:        eitherOf(reads, watches),
	ActArchived:         eitherOf(reads, watches),
	ActReminded:         eitherOf(led, watches),
}

// mayKnow reports whether who is here may read how the decision of e came about.
func (b *Bot) mayKnow(tx Tx, h here, e Entry) (bool, error) {
	may := whyReaders[e.Act]
	if may == nil || e.Decision == "" || e.Casus != h.casus.Ref {
		return false, nil
	}
	return may(b, tx, h, e)
}

// whyReader is who presses and what they are to the casus of the button, whatever they
// may do there: whose part is over may still read why it is.
func (b *Bot) whyReader(tx Tx, e Event, ticket Ticket) (here, error) {
	casus, err := tx.Casus(ticket.Casus)
	if err != nil {
		return here{}, whyGone(ticket.Casus, err)
	}
	h, err := b.at(tx, e.Platform, casus, e.User, MayRead)
	if err != nil && !errors.Is(err, ErrForbidden) {
		return h, err
	}
	who, err := b.whoIn(tx, casus, e.Platform, e.User)
	h.who.ID = who.ID
	return h, err
}

func eitherOf(all ...func(*Bot, Tx, here, Entry) (bool, error)) func(*Bot, Tx, here, Entry) (bool, error) {
	return func(b *Bot, tx Tx, h here, e Entry) (bool, error) {
		for _, may := range all {
			if ok, err := may(b, tx, h, e); err != nil || ok {
				return ok, err
			}
		}
		return false, nil
	}
}

// ownFile: it is about a file of theirs, and they still take part.
func ownFile(_ *Bot, tx Tx, h here, e Entry) (bool, error) {
	if !h.Standings[InRoom] {
		return false, nil
	}
	f, err := tx.File(FileID(e.Object))
	return err == nil && f.Casus == h.casus.Ref && f.Account == h.who.Account, ignoreGone(goneOrNil(err))
}

// aboutThem: it is about their own part. Who is not to know why it ended, is not told.
func aboutThem(_ *Bot, _ Tx, h here, e Entry) (bool, error) {
	id := PersonID(e.Object)
	return id != "" && id == h.who.ID && !stopped(h.casus, id), nil
}

// letIn: they were let in, and still take part.
func letIn(b *Bot, tx Tx, h here, e Entry) (bool, error) {
	if !h.Standings[InRoom] {
		return false, nil
	}
	return aboutThem(b, tx, h, e)
}

// theirAct: it is the answer to something that they did, and they still take part.
func theirAct(_ *Bot, _ Tx, h here, e Entry) (bool, error) {
	return h.Standings[InRoom] && e.Actor != "" && e.Actor == h.who.ID, nil
}

// theirDecision: they took it, for an organisation that still lets them.
func theirDecision(b *Bot, tx Tx, h here, e Entry) (bool, error) {
	if !h.Standings[AppointeeOfIt] || e.Actor == "" || e.Actor != h.who.ID {
		return false, nil
	}
	org, err := tx.Organisation(e.OnBehalf)
	return err == nil && org.Appointee == h.who.ID && b.isParty(org), goneOrNil(err)
}

// dpoOf: they watch over the organisation for which it was taken, and not only over
// another one in the same casus.
func dpoOf(b *Bot, tx Tx, h here, e Entry) (bool, error) {
	if !h.Standings[DPOOfParty] || h.who.ID == "" {
		return false, nil
	}
	org, err := tx.Organisation(e.OnBehalf)
	return err == nil && org.DPO == h.who.ID && b.isParty(org), goneOrNil(err)
}

func led(_ *Bot, _ Tx, h here, _ Entry) (bool, error) { return h.Standings[Leads], nil }

func watches(_ *Bot, _ Tx, h here, _ Entry) (bool, error) {
	return h.Standings[DPOOfParty] || h.Standings[AppointeeOfIt], nil
}

func reads(_ *Bot, _ Tx, h here, _ Entry) (bool, error) { return h.May(MayRead), nil }

// hid: files went out of sight with it, and they lead, ended it, or shared one of these.
func hid(_ *Bot, tx Tx, h here, e Entry) (bool, error) {
	if !h.Standings[InRoom] {
		return false, nil
	}
	files, err := hiddenWith(tx, h.casus, e)
	all := h.Standings[Leads] || e.Actor != "" && e.Actor == h.who.ID
	return slices.ContainsFunc(files, func(f File) bool { return all || f.Account == h.who.Account }), err
}

// hiddenWith are the files out of sight that rested on the yes which ended with e.
func hiddenWith(tx Tx, casus Casus, e Entry) ([]File, error) {
	rested, err := restedOn(tx, casus.Ref, e.Object)
	if err != nil {
		return nil, err
	}
	files, err := tx.FilesOf(casus.Ref)
	return slices.DeleteFunc(files, func(f File) bool { return f.State != Withdrawn || !rested(f) }), err
}
