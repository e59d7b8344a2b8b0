package playground

import (
	"context"
	"database/sql"
	"errors"
	"net/http"

	"github.com/convenantbot/convenantbot/bot"
)

// beginAgain forgets everything now, for everybody, and begins anew with the
// samples. That it was asked is kept first: where the bot's own records are in use
// (OnForget says ErrBusy), whoever runs us ends this life, and the next one forgets
// as it begins. So it does after a crash in between.
func (c *Chat) beginAgain(ctx context.Context) error {
	if err := c.store.do(ctx, func(tx *sql.Tx) error { return setMeta(tx, "again", "yes") }); err != nil {
		return err
	}
	// Half of it is worse than none: the windows hear of it by their connection.
	err := c.forget(context.WithoutCancel(ctx))
	if errors.Is(err, bot.ErrBusy) {
		return nil
	}
	return err
}

// againAct begins anew, when who may set the clock says so.
func (c *Chat) againAct(w http.ResponseWriter, r *http.Request, s session) {
	var in struct {
		Sure bool `json:"sure"`
	}
	err := c.input(w, r, &in)
	switch {
	case err != nil:
	case !in.Sure:
		err = refusal{c.wordsFor(s.person.ID).Invalid}
	case !c.trains(r):
		err = refusal{c.wordsFor(s.person.ID).TrainerAgain}
	default:
		err = c.beginAgain(r.Context())
	}
	c.answer(w, r, err)
}
