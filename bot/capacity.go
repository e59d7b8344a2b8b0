package bot

// candidateAs is the person behind an account in the one capacity that fits.
// ErrNotFound: none that counts; ErrConflict: more than one, and they have to say
// which.
func (b *Bot) candidateAs(tx Tx, platform string, user UserID, fits func(Appointment) bool) (Member, error) {
	p, err := tx.PersonByAccount(Account{Platform: platform, User: user})
	if err != nil {
		return Member{}, err
	}
	var found []Appointment
	for _, a := range p.Counting(b.Now()) {
		if fits(a) {
			found = append(found, a)
		}
	}
	switch len(found) {
	case 0:
		return Member{}, ErrNotFound
	case 1:
		return b.memberAs(p.ID, user, found[0]), nil
	}
	return Member{}, ErrConflict
}

// memberAs is a professional in the capacity of an appointment.
func (b *Bot) memberAs(id PersonID, user UserID, a Appointment) Member {
	return Member{ID: id, Account: user, Role: Professional, Organisation: a.Organisation, Sector: a.Sector,
		Function: a.Function, Task: a.Task, Involved: true, Since: b.Now()}
}
