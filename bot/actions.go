package bot

import (
	"context"
	"errors"
	"maps"
	"slices"

	"github.com/convenantbot/convenantbot/bot/plain"
	"github.com/convenantbot/convenantbot/bot/text"
)

// The actions of tickets.
const (
	actOpen            = "open"           // send the form for a new casus
	actClassify        = "classify"       // press the button below "what is in this file?", and send its form
	actConsent         = "consent"        // the same for recording a consent
	actWithdraw        = "withdraw"       // send the form that ends a consent
	actInvite          = "invite"         // send the form for a new member
	actClose           = "close"          // press "yes, close"
	actHandover        = "handover"       // press "we have taken over what we must keep"
	actTakeOver        = "take_over"      // press "choose what we take over", and send its form
	actHandoverWait    = "handover_wait"  // press "wait with erasing", and send its form
	actHold            = "hold"           // send the form for a hold
	actApproveRules    = "approve_rules"  // press "yes" to rules that loosen
	actReleaseHold     = "release_hold"   // send the form that proposes to release a hold, and press the second person's button
	actData            = "data"           // send the form for a request about one's own data
	actWrong           = "wrong_channel"  // send the form for something that stands where it should not
	actApproveMatter   = "approve_matter" // press "agreed" to a request for access
	actFinishMatter    = "finish_matter"  // press "deal with it", and send its form
	actDrop            = "drop"           // press "throw this file away"
	actForm            = "form"           // press "form to print"
	actNeed            = "need"           // press what a question lacked
	actTopic           = "topic"          // press a topic that comes near
	actRate            = "rate"           // press whether an answer helps
	actReleaseAsk      = "release_ask"    // press "put it to the FG"
	actRelease         = "release"        // press "let the FG read this"
	actTakeOwn         = "take_own"       // press "take it in" below documents that were given
	actLeaveOwn        = "leave_own"      // press "leave it"
	actDropOwn         = "drop_own"       // press "remove" beside a document, and "yes" after it
	actHelp            = "help"           // press a chapter of the handbook
	actMayShare        = "may_share"      // send the first form of "may I share?"
	actMayShareWhat    = "may_share_2"    // send its second form
	actHeldText        = "held_text"      // nothing: it keeps a message that was held
	actSayCode         = "say_code"       // press "post with the code", and the three below
	actSayInitials     = "say_initials"
	actSayAsIs         = "say_as_is"
	actSayProcess      = "say_process"
	actKnown           = "known"            // send the form for what is known of a casus
	actYesReceipt      = "yes_receipt"      // press "receipt to print", or send the form for one
	actAffirm          = "affirm"           // press "right, I said this"
	actTakeBack        = "take_back"        // press "take back"
	actMeeting         = "meeting"          // send the form for a meeting
	actAgenda          = "agenda"           // send the form for meetings in a row
	actPoint           = "point"            // send the form for an action point
	actPointDone       = "point_done"       // press "done" at an action point
	actStep            = "step"             // press "divide", and send the form for a line of the checklist
	actCircle          = "circle"           // send the form for a circle
	actSeries          = "series"           // send the form that begins a series
	actHandIn          = "hand_in"          // send the form that hands over files
	actWhy             = "why"              // press "why?"
	actWhyAnswer       = "why_answer"       // press it below an answer that is not kept
	actAskException    = "ask_exception"    // press "ask for an exception", and send its form
	actDecideException = "decide_exception" // press "decide" below one that is asked for, and send its form
)

// action is what a ticket lets somebody do: press a button, send a form, or the
// one after the other.
type action struct {
	Press  func(b *Bot, ctx context.Context, t *turn, e Event, ticket Ticket) error
	Submit func(b *Bot, ctx context.Context, ticket Ticket, s Submission) (FormAnswer, error)
}

// actions is the one table of what tickets do; what is not in it does nothing.
var actions map[string]action

func init() {
	actions = map[string]action{
		actOpen:            {Submit: (*Bot).submitOpen},
		actClassify:        {Press: (*Bot).askClassification, Submit: (*Bot).submitClassification},
		actConsent:         {Press: (*Bot).askConsentByButton, Submit: (*Bot).submitConsent},
		actWithdraw:        {Submit: (*Bot).submitWithdrawal},
		actInvite:          {Submit: (*Bot).submitInvite},
		actClose:           {Press: (*Bot).closeByButton},
		actHandover:        {Press: (*Bot).confirmHandover},
		actTakeOver:        {Press: (*Bot).askTakeOver, Submit: (*Bot).submitTakeOver},
		actHandoverWait:    {Press: (*Bot).askWait, Submit: (*Bot).submitWait},
		actHold:            {Submit: (*Bot).submitHold},
		actApproveRules:    {Press: (*Bot).approveRules},
		actReleaseHold:     {Press: (*Bot).releaseByButton, Submit: (*Bot).submitRelease},
		actData:            {Submit: (*Bot).submitData},
		actWrong:           {Submit: (*Bot).submitWrong},
		actApproveMatter:   {Press: (*Bot).approveMatter},
		actFinishMatter:    {Press: (*Bot).askFinish, Submit: (*Bot).submitFinish},
		actDrop:            {Press: (*Bot).dropFile},
		actForm:            {Press: (*Bot).giveFormByButton},
		actNeed:            {Press: (*Bot).toldByButton},
		actTopic:           {Press: (*Bot).chosenTopic},
		actRate:            {Press: (*Bot).rate},
		actReleaseAsk:      {Press: (*Bot).askRelease},
		actRelease:         {Press: (*Bot).release},
		actTakeOwn:         {Press: (*Bot).takeDocuments},
		actLeaveOwn:        {Press: (*Bot).leaveDocuments},
		actDropOwn:         {Press: (*Bot).dropDocument},
		actHelp:            {Press: (*Bot).helpByButton},
		actWhy:             {Press: (*Bot).whyByButton},
		actWhyAnswer:       {Press: (*Bot).whyAnswer},
		actAskException:    {Press: (*Bot).askException, Submit: (*Bot).submitAskException},
		actDecideException: {Press: (*Bot).askDecision, Submit: (*Bot).submitDecision},
		actMayShare:        {Submit: (*Bot).submitMayShare},
		actMayShareWhat:    {Submit: (*Bot).submitMayShareWhat},
		actSayCode:         {Press: (*Bot).sayWithCode},
		actSayInitials:     {Press: (*Bot).sayWithInitials},
		actSayAsIs:         {Press: (*Bot).sayAsIs},
		actSayProcess:      {Press: (*Bot).sayProcess},
		actKnown:           {Submit: (*Bot).submitKnown},
		actYesReceipt:      {Press: (*Bot).receiptByButton, Submit: (*Bot).submitReceipt},
		actAffirm:          {Press: (*Bot).affirm},
		actTakeBack:        {Press: (*Bot).takeBackOwn},
		actAccede:          {Submit: (*Bot).submitAccede},
		actAnnounce:        {Press: (*Bot).announceParty},
		actLeave:           {Submit: (*Bot).submitLeave},
		actFamily:          {Submit: (*Bot).submitFamily},
		actHearing:         {Press: (*Bot).askHearing, Submit: (*Bot).submitHearing},
		actActAs:           {Press: (*Bot).actAs},
		actOpenShape:       {Submit: (*Bot).submitShape},
		actList:            {Submit: (*Bot).submitList},
		actLead:            {Submit: (*Bot).submitLead},
		actTakeLead:        {Press: (*Bot).takeLead},
		actNameLead:        {Press: (*Bot).askNameLead, Submit: (*Bot).submitNameLead},
		actReopen:          {Submit: (*Bot).submitReopen},
		actStandIn:         {Submit: (*Bot).submitStandIn},
		actConfirm:         {Press: (*Bot).confirmByButton},
		actStaff:           {Press: (*Bot).askStaffForm, Submit: (*Bot).submitStaff},
		actMeeting:         {Submit: (*Bot).submitMeeting},
		actAgenda:          {Submit: (*Bot).submitAgenda},
		actPoint:           {Submit: (*Bot).submitPoint},
		actPointDone:       {Press: (*Bot).pointDone},
		actStep:            {Press: (*Bot).askStep, Submit: (*Bot).submitStep},
		actCircle:          {Submit: (*Bot).submitCircle},
		actSeries:          {Submit: (*Bot).submitSeries},
		actHandIn:          {Submit: (*Bot).submitHandIn},
		actCard:            {Submit: (*Bot).submitCard},
		actSafety:          {Submit: (*Bot).submitSafety},
		actVault:           {Press: (*Bot).openCard},
		actBring:           {Press: (*Bot).bringLink},
		actCircleFor:       {Press: (*Bot).shareWithCircle},
	}
}

// pressed handles a button. What a ticket may do is checked again now: rights
// are those of this moment, not of when the button was made.
func (b *Bot) pressed(ctx context.Context, t *turn, e Event) error {
	var ticket Ticket
	err := b.Store.View(ctx, func(tx Tx) (err error) {
		ticket, err = tx.Ticket(e.Ticket, b.Now())
		return err
	})
	if errors.Is(err, ErrNotFound) || errors.Is(err, ErrConflict) || errors.Is(err, ErrGone) {
		return b.finish(ctx, t, e, func(tx Tx) error {
			return b.reply(tx, "", e, Message{Text: text.ButtonUsed.Say(text.None{})})
		})
	}
	if err != nil {
		return err
	}
	if ticket.For != "" && ticket.For != e.User {
		return b.explain(ctx, t, e, errOtherButton)
	}
	press := actions[ticket.Action].Press
	if press == nil {
		return b.explain(ctx, t, e, ErrForbidden)
	}
	return b.explain(ctx, t, e, press(b, ctx, t, e, ticket))
}

// unreadable is an *InvalidError at the first field, by name, with signs in it that
// cannot be shown.
func unreadable(s Submission) error {
	for _, name := range slices.Sorted(maps.Keys(s.Values)) {
		if slices.ContainsFunc(s.Values[name], func(v string) bool { return !plain.Readable(v) }) {
			return &InvalidError{Field: name, Reason: text.WrongSigns.Say(text.None{})}
		}
	}
	return nil
}

// Submit handles a form; see Incoming. A form is used up by the submission that
// succeeds: one with a mistake can be sent again.
func (b *Bot) Submit(ctx context.Context, s Submission) (FormAnswer, error) {
	a, err := b.submit(ctx, s)
	if err != nil && a.Text == "" && a.Next == nil && a.Errors == nil {
		return a, err
	}
	return readAnswer(b.langOf(ctx, s.Platform, s.User), a), err
}

func (b *Bot) submit(ctx context.Context, s Submission) (FormAnswer, error) {
	var ticket Ticket
	err := b.Store.View(ctx, func(tx Tx) (err error) {
		ticket, err = tx.Ticket(s.Ticket, b.Now())
		return err
	})
	if err == nil && ticket.For != "" && ticket.For != s.User {
		err = errOtherButton
	}
	var answer FormAnswer
	if err == nil {
		err = unreadable(s)
	}
	if err == nil {
		submit := actions[ticket.Action].Submit
		if submit == nil {
			err = ErrForbidden
		} else {
			answer, err = submit(b, ctx, ticket, s)
		}
	}
	var invalid *InvalidError
	switch {
	case err == nil:
		return answer, nil
	case errors.As(err, &invalid):
		return FormAnswer{Errors: map[string]string{invalid.Field: invalid.Reason}}, nil
	case errors.Is(err, ErrNotFound), errors.Is(err, ErrConflict), errors.Is(err, ErrGone):
		// Sent before, by another window or a second click: the first one counted.
		return FormAnswer{Text: text.FormUsed.Say(text.None{})}, nil
	case errors.Is(err, ErrForbidden):
		said := ""
		ferr := b.update(ctx, func(tx Tx) (uerr error) {
			if said, _, uerr = b.refusal(tx, Event{Platform: s.Platform, User: s.User}, err); uerr != nil {
				return uerr
			}
			return b.recordRefusal(tx, ticket.Casus, s.Platform, s.User, "no_right")
		})
		return FormAnswer{Errors: map[string]string{"": said}}, ferr
	}
	return FormAnswer{}, err
}
