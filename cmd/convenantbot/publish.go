package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"strings"

	"github.com/convenantbot/convenantbot/bot"
	"github.com/convenantbot/convenantbot/internal/config"
)

// publisher puts every new checkpoint of the log where the bot cannot take it
// back: without a copy elsewhere the log proves care and not honesty. It tries
// each place; one that fails is told and does not stop the others.
func publisher(cfg config.Config, chat bot.Talk, log *slog.Logger) func(ctx context.Context, signed string) {
	post := newMailer(cfg.Audit.Mail, now)
	return func(ctx context.Context, signed string) {
		var err error
		if cfg.Audit.File != "" {
			err = errors.Join(err, appendNote(cfg.Audit.File, signed))
		}
		if cfg.Audit.Channel != "" && chat != nil {
			// The key makes replicas, and a repeat, post each checkpoint once.
			_, perr := chat.Post(ctx, bot.ChannelID(cfg.Audit.Channel), bot.Message{Text: "```\n" + signed + "```"}, "checkpoint:"+sizeOf(signed))
			err = errors.Join(err, perr)
		}
		if post.To != "" {
			err = errors.Join(err, post.publish(ctx, signed))
		}
		if err != nil {
			log.Error("a checkpoint of the log could not be published", "error", err)
		}
	}
}

// sizeOf is the second line of a checkpoint: how many entries it covers.
func sizeOf(signed string) string {
	lines := strings.SplitN(signed, "\n", 3)
	if len(lines) < 3 {
		return ""
	}
	return lines[1]
}

// appendNote adds a note to a file of notes and waits for the disk.
func appendNote(path, signed string) error {
	f, err := os.OpenFile(path, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o644)
	if err != nil {
		return fmt.Errorf("audit.file: %w", err)
	}
	_, err = f.WriteString(strings.TrimRight(signed, "\n") + "\n\n")
	return errors.Join(err, f.Sync(), f.Close())
}

// splitNotes takes apart a file of notes, as audit.file is or as somebody copied
// them from a channel: each ends with its signature.
func splitNotes(text string) []string {
	var notes []string
	var one []string
	for line := range strings.Lines(strings.ReplaceAll(text, "\r\n", "\n")) {
		line = strings.TrimRight(line, "\n")
		if strings.HasPrefix(line, "```") || line == "" && len(one) == 0 {
			continue
		}
		one = append(one, line)
		if strings.HasPrefix(line, "— ") {
			notes = append(notes, strings.Join(one, "\n")+"\n")
			one = nil
		}
	}
	if rest := strings.TrimSpace(strings.Join(one, "\n")); rest != "" {
		notes = append(notes, rest) // not a note; the verifier says so
	}
	return notes
}
