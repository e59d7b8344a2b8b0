package bot

// Right is something a person may do with a casus or with the installation.
type Right string

// The rights.
const (
	MayOpen          Right = "open"           // start a casusoverleg
	MayRead          Right = "read"           // see its status
	MayLead          Right = "lead"           // phase, members, closing
	MayShare         Right = "share"          // bring in a file
	MayNoteConsent   Right = "note_consent"   // record a consent that lifts secrecy
	MayNoteAgreement Right = "note_agreement" // record an agreement to the meeting
	MayWithdraw      Right = "withdraw"       // end a consent
	MaySeeMissing    Right = "see_missing"    // see who has not agreed yet to what an organisation wants to share
	MayHold          Right = "hold"           // place a hold
	MayReadQuestions Right = "read_questions" // see where a good answer was missing
	MayKeepLibrary   Right = "keep_library"   // give, replace and remove the region's own documents
	MayHandOver      Right = "hand_over"      // say that one's own organisation has taken over what it must keep
)

// Standing is what somebody is with regard to a casus.
type Standing string

// The standings. One person can have several.
const (
	PartyMember   Standing = "party_professional" // works, with a confirmed appointment, for a party of the convenant
	InRoom        Standing = "member"             // any member of the casus
	ProInRoom     Standing = "professional"       // a professional member of the casus
	Leads         Standing = "coordinator"        // procesregisseur or deputy
	OfDiscloser   Standing = "of_discloser"       // a professional member of the organisation that discloses
	Giver         Standing = "giver"              // gave the consent in question
	Noted         Standing = "noted"              // noted the consent in question on somebody's behalf
	DPOOfParty    Standing = "dpo"                // functionaris gegevensbescherming of an organisation in the casus
	DPOAnywhere   Standing = "dpo_anywhere"       // functionaris gegevensbescherming of any organisation of this installation
	KeepsLibrary  Standing = "keeps_library"      // named by the settings as keeper of the region's documents
	AppointeeOfIt Standing = "appointee"          // decides on exceptions and holds for such an organisation
)

// Rights is the one table of who may do what. Nothing else in the product
// grants anything; what is not in it is refused.
//
// Source: DESIGN §11 "Rights"; for consent that lifts secrecy, Jeugdwet art.
// 7.3.11: it concerns the secrecy of the discloser, so only somebody of that
// organisation records it.
var Rights = map[Right][]Standing{
	MayOpen:          {PartyMember},
	MayRead:          {InRoom, DPOOfParty},
	MayLead:          {Leads},
	MayShare:         {InRoom},
	MayNoteConsent:   {OfDiscloser},
	MayNoteAgreement: {ProInRoom},
	MayWithdraw:      {Giver, Noted, OfDiscloser},
	MaySeeMissing:    {OfDiscloser, Leads},
	MayHold:          {DPOOfParty, AppointeeOfIt},
	MayReadQuestions: {DPOAnywhere},
	MayKeepLibrary:   {KeepsLibrary, DPOAnywhere},
	MayHandOver:      {ProInRoom},
}

// Standings is the set of standings that somebody has.
type Standings map[Standing]bool

// May reports whether somebody with these standings has the right.
func (s Standings) May(r Right) bool {
	for _, enough := range Rights[r] {
		if s[enough] {
			return true
		}
	}
	return false
}

// standings works out what who is with regard to the casus. A casus without a
// Ref is one that is still to be opened.
func (b *Bot) standings(tx Tx, who caller, casus Casus) (Standings, error) {
	s := Standings{}
	if who.Organisation != "" {
		org, err := tx.Organisation(who.Organisation)
		if err != nil {
			return nil, err
		}
		s[PartyMember] = b.isParty(org)
	}
	if casus.Ref == "" {
		return s, nil
	}
	if m, ok := casus.Member(who.Account); ok {
		s[InRoom] = true
		s[ProInRoom] = m.Role == Professional
		s[Leads] = who.ID != "" && (casus.Coordinator == who.ID || casus.Deputy == who.ID)
	}
	if who.ID == "" {
		return s, nil
	}
	for _, id := range casus.Organisations() {
		org, err := tx.Organisation(id)
		if err != nil {
			return nil, err
		}
		s[DPOOfParty] = s[DPOOfParty] || org.DPO == who.ID
		s[AppointeeOfIt] = s[AppointeeOfIt] || org.Appointee == who.ID
	}
	return s, nil
}

// isParty reports whether the organisation has signed the accession form and
// the others were told (PAR-04), both not after today in Amsterdam.
func (b *Bot) isParty(o Organisation) bool {
	today := b.today()
	return o.SignedAt != "" && o.SignedAt <= today && o.AnnouncedAt != "" && o.AnnouncedAt <= today
}
