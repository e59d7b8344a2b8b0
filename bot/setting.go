package bot

import "context"

// ActSettingChanged is a setting of the chat platform that was changed by us,
// with the consent of an administrator. Its object is doctor's code.
const ActSettingChanged Act = "setting_changed"

// RecordSetting leaves an entry that a setting of the platform is being changed
// in the way that code names: on is into the state that the promises need. It is
// called before the change, so that none is ever silent; done false records that
// the change then failed.
func (b *Bot) RecordSetting(ctx context.Context, code string, on, done bool) error {
	entry := Entry{At: b.Now(), Act: ActSettingChanged, Object: code, Reasons: []string{"undone"}, Outcome: outcomeRefused}
	if on {
		entry.Reasons = []string{"fixed"}
	}
	if done {
		entry.Outcome = outcomeDone
	}
	return b.update(ctx, func(tx Tx) error {
		_, err := tx.Record(entry)
		return err
	})
}
