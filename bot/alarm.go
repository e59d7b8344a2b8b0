package bot

import (
	"github.com/convenantbot/convenantbot/bot/text"
	"github.com/convenantbot/convenantbot/rules"
)

// alarm records that the rules could not be evaluated and tells the FG of each
// organisation in the casus. Until it is solved the answer is no; the alarm makes
// sure that somebody knows why.
func (b *Bot) alarm(tx Tx, ref Ref, decision DecisionID) error {
	if _, err := tx.Record(Entry{Casus: ref, At: b.Now(), Act: ActPolicyError, Decision: decision,
		Reasons: []string{rules.PolicyError}, Outcome: outcomeRefused}); err != nil {
		return err
	}
	casus, err := tx.Casus(ref)
	if err != nil {
		return err
	}
	told := map[UserID]bool{}
	for _, id := range casus.Organisations() {
		org, err := tx.Organisation(id)
		if err != nil {
			return err
		}
		if org.DPO == "" || !b.isParty(org) {
			continue
		}
		dpo, err := tx.Person(org.DPO)
		if err != nil {
			return err
		}
		for _, a := range dpo.Accounts {
			if a.Platform != casus.Platform || told[a.User] {
				continue
			}
			told[a.User] = true
			m := Message{Text: text.PolicyAlarm.Say(text.CasusArgs{Ref: string(ref), Room: ref.Room()})}
			// One alarm a day for a casus: more of them would be read as noise.
			id := "alarm:" + string(ref) + ":" + string(a.User) + ":" + b.today()
			if err := b.later(tx, ref, id, speech{Platform: casus.Platform, User: a.User, Message: m}); err != nil {
				return err
			}
		}
	}
	return nil
}
