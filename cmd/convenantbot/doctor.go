package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"

	"github.com/convenantbot/convenantbot/adapters/mattermost"
	"github.com/convenantbot/convenantbot/adapters/web"
	"github.com/convenantbot/convenantbot/bot"
	"github.com/convenantbot/convenantbot/bot/text"
	"github.com/convenantbot/convenantbot/internal/config"
)

// Doctor is "convenantbot doctor". It changes nothing unless told to, and then
// only the one thing that can safely be put right by itself: the rights of
// ordinary members over private channels.
//
// Exit codes: 0 all is well, or could only be better; 1 a promise does not hold
// or could not be looked at; 2 the settings are wrong; 3 the chat server or the
// database cannot be reached.
type Doctor struct {
	Config string `required:"" env:"CONVENANTBOT_CONFIG" type:"path" placeholder:"FILE" help:"The settings of this installation."`
	Fix    bool   `xor:"change" help:"Take from ordinary members the right to add people to private channels, to rename and to archive them. It holds for the whole server, and is recorded."`
	Undo   bool   `xor:"change" help:"Give those rights back, for instance before the bot is removed. It is recorded too."`
	JSON   bool   `name:"json" help:"One JSON object a line, the good ones too."`
	Lang   string `enum:"nl,en" default:"nl" help:"Language of the findings: nl or en."`
}

// Run looks, changes what it was told to, and looks again.
func (c *Doctor) Run(ctx context.Context, io *IO) error {
	cfg, err := readConfig(c.Config, io)
	if err != nil {
		return err
	}
	found, reach, err := diagnose(ctx, cfg)
	if err != nil {
		return err
	}
	if c.Fix || c.Undo {
		if err := c.change(ctx, io, cfg, found); err != nil {
			return err
		}
		if found, reach, err = diagnose(ctx, cfg); err != nil {
			return err
		}
	}
	if err := c.write(io, found); err != nil {
		return err
	}
	if reach != nil {
		return &exitError{code: exitUnreachable}
	}
	for _, f := range found {
		if f.Level == mattermost.Broken || f.Level == mattermost.Unknown {
			return &exitError{code: exitNegative}
		}
	}
	return nil
}

// diagnose looks at everything. reach is about a system that cannot be reached;
// the error is for settings that no findings can be made with.
func diagnose(ctx context.Context, cfg config.Config) (found []mattermost.Finding, reach, err error) {
	found, reach, err = diagnoseHere(ctx, cfg)
	if err != nil {
		return found, reach, err
	}
	about, away, err := diagnoseSlack(ctx, cfg)
	found, reach = append(found, about...), errors.Join(reach, away)
	if err != nil || !cfg.Mattermost.Used() {
		return found, reach, err
	}
	chat, finding, err := reachChat(ctx, cfg)
	if err != nil {
		return found, reach, err
	}
	found = append(found, finding...)
	if chat == nil {
		return found, errors.Join(reach, bot.ErrUnavailable), nil
	}
	there, err := chat.Examine(ctx, cfg.Mattermost.AdminToken, version)
	found = append(found, there...)
	if err != nil && !errors.Is(err, bot.ErrUnavailable) {
		return found, reach, err
	}
	return found, errors.Join(reach, err), nil
}

// elsewhereCode is that the server sends the bot on, which it does not follow with
// its token.
const elsewhereCode = "server_elsewhere"

// reachChat connects, with what is to be said about that. A nil Chat is a server
// that does not answer.
func reachChat(ctx context.Context, cfg config.Config) (*mattermost.Chat, []mattermost.Finding, error) {
	options := chatOptions(cfg, slog.New(slog.DiscardHandler))
	team, err := mattermost.TeamID(ctx, options, cfg.Mattermost.Team)
	level := mattermost.Good
	switch {
	case err == nil:
	case errors.Is(err, bot.ErrNotFound):
		level = mattermost.Broken
	case errors.Is(err, bot.ErrForbidden):
		level = mattermost.Unknown // the token is at fault, and has a finding of its own
	case ctx.Err() != nil:
		return nil, nil, ctx.Err()
	default:
		found := []mattermost.Finding{{Code: "server", Level: mattermost.Broken}}
		if to := mattermost.Elsewhere(ctx, cfg.Mattermost.URL); to != "" {
			found = append(found, mattermost.Finding{Code: elsewhereCode, Level: mattermost.Broken, Have: to})
		}
		return nil, found, nil
	}
	options.Team = team
	return mattermost.New(options), []mattermost.Finding{{Code: "team", Level: level, Have: cfg.Mattermost.Team}}, nil
}

// change takes the members' rights, or gives them back. It is recorded before it
// is done; what cannot be recorded is not done.
func (c *Doctor) change(ctx context.Context, io *IO, cfg config.Config, found []mattermost.Finding) error {
	say := func(m text.Message[text.None]) { fmt.Fprintln(io.Err, m.In(text.Lang(c.Lang), text.None{})) }
	const code = "room_rights"
	if cfg.Mattermost.AdminToken() == "" {
		say(text.DoctorNoToken)
		return &exitError{code: exitNegative}
	}
	for _, f := range found {
		if f.Code == code && (f.Level == mattermost.Good) == c.Fix {
			say(text.DoctorNothing)
			return nil
		}
	}
	chat, _, err := reachChat(ctx, cfg)
	if err != nil {
		return err
	}
	if chat == nil {
		return &exitError{exitUnreachable, errors.New("mattermost.url: the server does not answer")}
	}
	if c.Fix {
		say(text.DoctorLock)
	}
	if err := recordSetting(ctx, cfg, code, c.Fix, true); err != nil {
		return fmt.Errorf("nothing was changed, since it could not be recorded: %w", err)
	}
	if err := chat.LockRooms(ctx, cfg.Mattermost.AdminToken, c.Fix); err != nil {
		return errors.Join(err, recordSetting(ctx, cfg, code, c.Fix, false))
	}
	if c.Fix {
		say(text.DoctorLocked)
	} else {
		say(text.DoctorUnlocked)
	}
	return nil
}

// recordSetting has the running bot record the change. Without one the store is
// opened for it.
func recordSetting(ctx context.Context, cfg config.Config, code string, on, done bool) error {
	err := web.Client{Socket: adminSocket(cfg.DataDir)}.RecordSetting(ctx, code, on, done)
	if !errors.Is(err, bot.ErrUnavailable) {
		return err
	}
	p, err := partsOf(cfg)
	if err != nil {
		return err
	}
	b, store, err := build(ctx, p)
	if err != nil {
		return err
	}
	return errors.Join(b.RecordSetting(ctx, code, on, done), store.Close())
}

// finding is one finding as scripts read it.
type finding struct {
	Code     string           `json:"code"`
	Severity mattermost.Level `json:"severity"` // good, advice, broken or unknown
	Have     string           `json:"have,omitempty"`
	Promise  string           `json:"promise"`
	Fix      string           `json:"fix"`
}

func (c *Doctor) write(io *IO, found []mattermost.Finding) error {
	lang := text.Lang(c.Lang)
	var sum text.DoctorSumArgs
	for _, f := range found {
		switch f.Level {
		case mattermost.Good:
			sum.Good++
		case mattermost.Advice:
			sum.Advice++
		case mattermost.Broken:
			sum.Broken++
		default:
			sum.Unknown++
		}
		var err error
		switch {
		case c.JSON:
			err = json.NewEncoder(io.Out).Encode(finding{f.Code, f.Level, f.Have, text.DoctorPromise(lang, f.Code), text.DoctorFix(lang, f.Code)})
		case f.Level != mattermost.Good:
			_, err = fmt.Fprintln(io.Out, text.DoctorEntry.In(lang, doctorLine(lang, f)))
		}
		if err != nil {
			return err
		}
	}
	if c.JSON {
		return nil
	}
	_, err := fmt.Fprintln(io.Out, text.DoctorSum.In(lang, sum))
	return err
}

func doctorLine(lang text.Lang, f mattermost.Finding) text.DoctorLine {
	return text.DoctorLine{Code: f.Code, Level: text.DoctorLevel(lang, string(f.Level)), Have: f.Have,
		Promise: text.DoctorPromise(lang, f.Code), Fix: text.DoctorFix(lang, f.Code)}
}
