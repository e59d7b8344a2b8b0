package bot

import "errors"

// Right is something a person may do with a casus or with the installation.
type Right string

// The rights.
const (
	MayOpen           Right = "open"            // start a casusoverleg
	MayRead           Right = "read"            // see its status
	MayLead           Right = "lead"            // phase, members, closing
	MayShare          Right = "share"           // bring in a file
	MayNoteConsent    Right = "note_consent"    // record a consent that lifts secrecy
	MayNoteAgreement  Right = "note_agreement"  // record an agreement to the meeting
	MayWithdraw       Right = "withdraw"        // end a consent
	MaySeeMissing     Right = "see_missing"     // see who has not agreed yet to what an organisation wants to share
	MayHold           Right = "hold"            // place a hold
	MayReadQuestions  Right = "read_questions"  // see where a good answer was missing
	MayKeepLibrary    Right = "keep_library"    // give, replace and remove the region's own documents
	MayEndAgreement   Right = "end_agreement"   // end an agreement to the meeting
	MayTellKnown      Right = "tell_known"      // tell what says who the people of a casus are
	MayTakeBack       Right = "take_back"       // take back what one said oneself
	MayHandOver       Right = "hand_over"       // say that one's own organisation has taken over what it must keep
	MayStaff          Right = "staff"           // confirm who works for one's organisation
	MayLeaveConvenant Right = "leave_convenant" // say that one's organisation leaves the convenant
	MayAccede         Right = "accede"          // have another organisation join the convenant, as one of two
	MayAskLead        Right = "ask_lead"        // say that nobody leads, and hand over when one leads oneself
	MayClaimLead      Right = "claim_lead"      // take over the procesregie at once
	MayNameLead       Right = "name_lead"       // ask somebody to take the procesregie when nobody has it
	MayReopen         Right = "reopen"          // open a closed casus again
	MayStandIn        Right = "stand_in"        // let a colleague take one's place for a while
	MayNoteHearing    Right = "note_hearing"    // record invitation, hearing and paper of parents and young person
	MayKeepList       Right = "keep_list"       // note who acts on a code of a list
	MayWork           Right = "work"            // note action points, and take on and tick off lines of the checklist
	MayGiveCard       Right = "give_card"       // make a card for a parent or the young person, at the desk
	MayEndCard        Right = "end_card"        // see which cards there are, and end one
	MayStopOutreach   Right = "stop_outreach"   // say that safety is at stake: nobody reaches out to a parent any more
	MayResumeOutreach Right = "resume_outreach" // say that it no longer is
	MayOversee        Right = "oversee"         // see how the casussen of one's organisation, or that one leads, stand
	MaySeeComing      Right = "see_coming"      // see where a yes is missing and where soon somebody else decides
	MaySupervise      Right = "supervise"       // see decisions in numbers, samples, rules, the bot itself and its log
	MayApproveRules   Right = "approve_rules"   // let rules take effect that loosen
	MayAdopt          Right = "adopt"           // note that the region made a reading its own
	MayRunPlan        Right = "run_plan"        // have what is due looked at now, as one of two
	MayHoldAnywhere   Right = "hold_anywhere"   // come to the form for a hold; MayHold of the casus decides
	MaySeeExceptions  Right = "see_exceptions"  // what was asked and decided for one's own organisation, without content
	MayAdvise         Right = "advise"          // on an exception that waits; never decide on it
)

// Standing is what somebody is with regard to a casus.
type Standing string

// The standings. One person can have several.
const (
	PartyMember       Standing = "party_professional" // works, with a confirmed appointment, for a party of the convenant
	InRoom            Standing = "member"             // any member of the casus
	ProInRoom         Standing = "professional"       // a professional member of the casus
	Leads             Standing = "coordinator"        // procesregisseur or deputy
	IsDeputy          Standing = "deputy"             // takes over when the procesregisseur is away
	OfDiscloser       Standing = "of_discloser"       // a professional member of the organisation that discloses
	Giver             Standing = "giver"              // gave the consent in question
	Noted             Standing = "noted"              // noted the consent in question on somebody's behalf
	DPOOfParty        Standing = "dpo"                // functionaris gegevensbescherming of an organisation in the casus
	DPOAnywhere       Standing = "dpo_anywhere"       // functionaris gegevensbescherming of any organisation of this installation
	AppointeeAnywhere Standing = "appointee_anywhere" // decides on exceptions and holds for some organisation
	KeepsLibrary      Standing = "keeps_library"      // named by the settings as keeper of the region's documents
	LeadsAny          Standing = "leads_any"          // procesregisseur or deputy of some casus
	AppointeeOfIt     Standing = "appointee"          // decides on exceptions and holds for such an organisation
)

// Rights is the one table of who may do what. Nothing else in the product
// grants anything; what is not in it is refused.
//
// Source: DESIGN §11 "Rights"; for consent that lifts secrecy, Jeugdwet art.
// 7.3.11: it concerns the secrecy of the discloser, so only somebody of that
// organisation records it.
var Rights = map[Right][]Standing{
	MayOpen:           {PartyMember},
	MayRead:           {InRoom, DPOOfParty},
	MayLead:           {Leads},
	MayShare:          {InRoom},
	MayNoteConsent:    {OfDiscloser},
	MayNoteAgreement:  {ProInRoom},
	MayWithdraw:       {Giver, Noted, OfDiscloser},
	MaySeeMissing:     {OfDiscloser, Leads},
	MayHold:           {DPOOfParty, AppointeeOfIt},
	MayReadQuestions:  {DPOAnywhere},
	MayKeepLibrary:    {KeepsLibrary, DPOAnywhere},
	MayEndAgreement:   {Giver, Noted, ProInRoom},
	MayTellKnown:      {ProInRoom},
	MayTakeBack:       {InRoom},
	MayHandOver:       {ProInRoom},
	MayStaff:          {AppointeeOfIt},
	MayLeaveConvenant: {AppointeeOfIt, DPOOfParty},
	MayAccede:         {AppointeeOfIt, DPOOfParty},
	MayAskLead:        {ProInRoom},
	MayClaimLead:      {IsDeputy},
	MayNameLead:       {DPOOfParty, AppointeeOfIt},
	MayReopen:         {Leads},
	MayStandIn:        {ProInRoom},
	MayNoteHearing:    {ProInRoom},
	MayKeepList:       {ProInRoom},
	MayWork:           {ProInRoom},
	MayGiveCard:       {Leads},
	MayEndCard:        {ProInRoom},
	MayStopOutreach:   {ProInRoom},
	MayResumeOutreach: {Leads},
	MayOversee:        {DPOAnywhere, AppointeeAnywhere, LeadsAny},
	MaySeeComing:      {DPOAnywhere, LeadsAny},
	MaySupervise:      {DPOAnywhere},
	MayApproveRules:   {DPOAnywhere},
	MayAdopt:          {DPOAnywhere},
	MayRunPlan:        {DPOAnywhere, AppointeeAnywhere},
	MayHoldAnywhere:   {DPOAnywhere, AppointeeAnywhere},
	MaySeeExceptions:  {DPOAnywhere, AppointeeAnywhere},
	MayAdvise:         {DPOAnywhere},
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
	var err error
	if s[PartyMember], err = b.worksForParty(tx, who); err != nil {
		return nil, err
	}
	if casus.Ref == "" {
		return s, nil
	}
	m, ok, err := b.presentMember(tx, casus, who.Account)
	if err != nil {
		return nil, err
	}
	if ok {
		s[InRoom] = true
		s[ProInRoom] = m.Role == Professional
		s[Leads] = who.ID != "" && m.ID == who.ID && (casus.Coordinator == who.ID || casus.Deputy == who.ID)
		s[IsDeputy] = who.ID != "" && m.ID == who.ID && casus.Deputy == who.ID
	}
	if who.ID == "" {
		return s, nil
	}
	for _, id := range casus.Organisations() {
		org, err := tx.Organisation(id)
		if err != nil {
			return nil, err
		}
		if !b.isParty(org) {
			continue // leaving closes its access at once, also that of its FG
		}
		s[DPOOfParty] = s[DPOOfParty] || org.DPO == who.ID
		s[AppointeeOfIt] = s[AppointeeOfIt] || org.Appointee == who.ID
	}
	return s, nil
}

// worksForParty reports whether somebody has an appointment that counts, at a
// party of the convenant.
func (b *Bot) worksForParty(tx Tx, who caller) (bool, error) {
	if who.ID == "" {
		return false, nil
	}
	p, err := tx.Person(who.ID)
	if err != nil {
		return false, goneOrNil(err)
	}
	for _, a := range p.Counting(b.Now()) {
		org, err := tx.Organisation(a.Organisation)
		if err != nil && !errors.Is(err, ErrNotFound) {
			return false, err
		}
		if err == nil && b.isParty(org) {
			return true, nil
		}
	}
	return false, nil
}

// isParty reports whether the organisation has signed the accession form and
// the others were told (PAR-04), both not after today in Amsterdam, and did not
// leave the convenant since.
func (b *Bot) isParty(o Organisation) bool {
	today := b.today()
	return o.SignedAt != "" && o.SignedAt <= today && o.AnnouncedAt != "" && o.AnnouncedAt <= today && !b.hasLeft(o)
}
