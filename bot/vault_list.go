package bot

import (
	"context"
	"slices"

	"github.com/convenantbot/convenantbot/bot/plain"
	"github.com/convenantbot/convenantbot/bot/text"
)

// maxVaultList is how many documents one answer lists, and how many openings of
// each; the newest.
const maxVaultList = 20

// commandVault is "/casus kluis": what is in the vault for a casus, and a button
// to bring in a file outside the chat. Who opened a document is told to whoever
// brought it in and to the FG.
func (b *Bot) commandVault(ctx context.Context, t *turn, e Event, rest string) error {
	return b.finish(ctx, t, e, func(tx Tx) error {
		h, err := b.pointed(tx, e, rest, MayRead)
		if err != nil {
			return err
		}
		casus := h.casus
		if b.Pages == "" {
			return &InvalidError{Reason: text.VaultNoPages.Say(text.None{})}
		}
		m, err := b.vaultList(ctx, tx, h, e)
		if err != nil {
			return err
		}
		if h.May(MayShare) && casus.Status == Open {
			token, err := b.ticket(tx, Ticket{Action: actBring, Casus: casus.Ref, For: e.User})
			if err != nil {
				return err
			}
			m.Buttons = append(m.Buttons, Button{Label: text.VaultBring.Say(text.None{}), Ticket: token})
		}
		if err := b.record(tx, h.who, Entry{Casus: casus.Ref, Act: ActRead}); err != nil {
			return err
		}
		return b.reply(tx, casus.Ref, e, m)
	})
}

// vaultList is what somebody may know of the vault of a casus.
func (b *Bot) vaultList(ctx context.Context, tx Tx, h here, e Event) (Message, error) {
	casus := h.casus
	files, err := tx.FilesOf(casus.Ref)
	if err != nil {
		return Message{}, err
	}
	files = slices.DeleteFunc(files, func(f File) bool {
		mine := f.Poster == h.who.ID || h.Standings[DPOOfParty] || slices.Contains(f.For, h.who.ID)
		return !f.Vault || !mine || f.State != Posted && f.State != Withdrawn
	})
	if len(files) == 0 {
		return Message{Text: text.VaultNone.Say(text.CasusArgs{Ref: string(casus.Ref)})}, nil
	}
	files = files[max(0, len(files)-maxVaultList):]
	entries, err := tx.Entries(casus.Ref, 0, 0)
	if err != nil {
		return Message{}, err
	}
	args := text.VaultListArgs{Ref: string(casus.Ref)}
	for _, f := range files {
		why, err := b.whyClosed(ctx, tx, casus, f, e.Platform, e.User)
		if err != nil {
			return Message{}, err
		}
		if why == vaultNotMember && h.Standings[DPOOfParty] {
			why = "" // they look after it and do not read it
		}
		line := text.VaultFileArgs{Name: plain.Escape(shownName(f)), By: plain.Escape(b.functionOf(tx, casus, f.Poster)), At: f.At, Until: f.Until,
			Tells: f.Poster == h.who.ID || h.Standings[DPOOfParty]}
		if why != "" {
			line.Closed = text.VaultClosed(why)
		}
		for _, entry := range entries {
			if entry.Object == string(f.ID) && (entry.Act == ActVaultOpened || entry.Act == ActVaultTaken) && line.Tells {
				line.Opened = append(line.Opened, text.VaultOpening{At: entry.At, By: plain.Escape(b.functionOf(tx, casus, entry.Actor)), Taken: entry.Act == ActVaultTaken})
			}
		}
		line.Opened = line.Opened[max(0, len(line.Opened)-maxVaultList):]
		args.Files = append(args.Files, line)
	}
	return Message{Text: text.VaultList.Say(args)}, nil
}
