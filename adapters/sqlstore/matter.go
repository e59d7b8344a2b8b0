package sqlstore

import "github.com/convenantbot/convenantbot/bot"

// AddMatter implements bot.Matters.
func (t *tx) AddMatter(m bot.Matter) error {
	return wrap("add matter", t.addYes("matters", m.Casus, m.ID, m))
}

// Matters implements bot.Matters.
func (t *tx) Matters(ref bot.Ref) ([]bot.Matter, error) {
	all, err := yesses[bot.Matter](t, "matters", ref)
	return all, wrap("read matters", err)
}

// SaveMatter implements bot.Matters.
func (t *tx) SaveMatter(m bot.Matter) error {
	return wrap("save matter", withdraw(t, "matters", m.Casus, m.ID, func(old *bot.Matter) bool {
		if !old.DoneAt.IsZero() {
			return false
		}
		*old = m
		return true
	}))
}
