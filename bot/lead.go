package bot

// withoutLeader asks for somebody to lead a casus whose procesregisseur or
// deputy takes no part any more.
func (b *Bot) withoutLeader(tx Tx, casus Casus) error { return nil }
