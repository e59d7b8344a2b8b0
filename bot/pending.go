package bot

import (
	"context"
	"errors"
	"time"
)

// Pender tells a platform whether an event is still to be handled.
type Pender interface {
	// Pending reports whether the event waits or is being handled. It is false for
	// one that is over, and for one that never came.
	Pending(ctx context.Context, platform, id string) (bool, error)
}

// Homer tells a platform what belongs on the page that a person has with the bot.
type Homer interface {
	// Home is what "/casus mijn" says now, in Markdown. Nothing is recorded and
	// nothing kept: it is asked whenever somebody looks.
	Home(ctx context.Context, platform string, user UserID) (string, error)
}

// PatientForms is a platform on which a form may come later than triggerTerm: it
// holds the form's place until it does.
type PatientForms interface {
	// FormTerm is how long after the event OpenForm may still be called.
	FormTerm() time.Duration
}

var (
	_ Pender = (*Bot)(nil)
	_ Homer  = (*Bot)(nil)
)

// Pending implements Pender.
func (b *Bot) Pending(ctx context.Context, platform, id string) (waits bool, err error) {
	err = b.Store.View(ctx, func(tx Tx) error {
		_, err := tx.Event(eventKey(Event{Platform: platform, ID: id}))
		return err
	})
	if errors.Is(err, ErrNotFound) || errors.Is(err, ErrGone) {
		return false, nil
	}
	return err == nil, err
}

// Home implements Homer.
func (b *Bot) Home(ctx context.Context, platform string, user UserID) (md string, err error) {
	err = b.Store.View(ctx, func(tx Tx) error {
		md, _, err = b.mineText(ctx, tx, platform, user)
		return err
	})
	return b.forOne(ctx, platform, user, md), err
}

// formTerm is how long after an event p can still be made to show a form.
func formTerm(p Platform) time.Duration {
	if patient, ok := p.(PatientForms); ok {
		return patient.FormTerm()
	}
	return triggerTerm
}
