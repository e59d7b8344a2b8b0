package slack

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"net/http"
	"time"

	"github.com/slack-go/slack"

	"github.com/convenantbot/convenantbot/adapters/slack/blocks"
	"github.com/convenantbot/convenantbot/bot"
)

// PostFile implements bot.Documents. The bot is the file's owner at Slack, which
// is what lets it take the file away later; the message says for whom it speaks.
func (c *Chat) PostFile(ctx context.Context, room bot.ChannelID, f bot.Document, content io.Reader, key string) (bot.MessageID, error) {
	if !shapeID.MatchString(string(room)) {
		return "", fmt.Errorf("slack: post a file: %w", bot.ErrNotFound)
	}
	return c.give(ctx, string(room), f, content, key)
}

// TellFile implements bot.Documents.
func (c *Chat) TellFile(ctx context.Context, user bot.UserID, f bot.Document, content io.Reader, key string) (bot.MessageID, error) {
	channel, err := c.direct(ctx, user)
	if err != nil {
		return "", err
	}
	f.Poster = ""
	return c.give(ctx, channel, f, content, key)
}

// give puts a file into a channel, once for a key.
func (c *Chat) give(ctx context.Context, channel string, f bot.Document, content io.Reader, key string) (bot.MessageID, error) {
	if key == "" || f.Size <= 0 || f.Name == "" {
		return "", &bot.InvalidError{Field: "file", Reason: "no key, no name or no bytes"}
	}
	at := mark(channel, key)
	end, err := c.turns.take(ctx, at)
	if err != nil {
		return "", err
	}
	defer end()
	known, err := c.recall(ctx, at)
	switch {
	case err != nil:
		return "", err
	case known.what == noteDone:
		return known.message, nil
	case known.what == noteGone:
		return "", errRetracted
	case known.what == noteTried:
		if id, err := c.shared(ctx, channel, known.file); id != "" || err != nil {
			if err == nil {
				err = c.note(ctx, at, attempt{what: noteDone, message: id})
			}
			return id, err
		}
	}
	file, err := c.upload(ctx, f, content)
	if err != nil {
		return "", err
	}
	// Which file it is to be is noted before it is shown to anybody: whatever
	// happens from here, another try knows what to look for. What was retracted
	// while the bytes were on their way is not shown.
	if err := c.retracted(ctx, at); err != nil {
		return "", err
	}
	if err := c.note(ctx, at, attempt{what: noteTried, since: c.o.Now(), file: file}); err != nil {
		return "", err
	}
	if err := c.postPace(ctx, channel); err != nil {
		return "", err
	}
	_, err = c.API().CompleteUploadExternalContext(ctx, slack.CompleteUploadExternalParameters{
		Files: []slack.FileSummary{{ID: file, Title: f.Name}}, Channel: channel, InitialComment: comment(f),
	})
	if err != nil && !unsure(err) {
		return "", fail("post a file", err)
	}
	id, look := c.await(context.WithoutCancel(ctx), channel, file, err != nil)
	if look != nil || id == "" {
		return "", errors.Join(fail("post a file", err), look, bot.ErrUnavailable)
	}
	// A retraction that came meanwhile found nothing to take away.
	if err := c.retracted(ctx, at); err != nil {
		return "", errors.Join(err, c.Hide(context.WithoutCancel(ctx), id))
	}
	return id, c.note(ctx, at, attempt{what: noteDone, message: id})
}

var errRetracted = fmt.Errorf("slack: post a file: it was retracted: %w", bot.ErrConflict)

func (c *Chat) retracted(ctx context.Context, at string) error {
	now, err := c.recall(ctx, at)
	if err == nil && now.what == noteGone {
		return errRetracted
	}
	return err
}

// comment is the text of a message with a file, with the name of whose it is
// before it: Slack shows the bot as its author.
func comment(f bot.Document) string {
	said := blocks.Markdown(f.Text)
	switch {
	case f.Poster == "":
		return said
	case said == "":
		return "<@" + string(f.Poster) + ">"
	}
	return "<@" + string(f.Poster) + ">: " + said
}

// upload hands Slack the bytes of a file, which nobody sees until it is
// completed. Other bytes than were announced are bot.ErrConflict.
func (c *Chat) upload(ctx context.Context, f bot.Document, content io.Reader) (string, error) {
	to, err := c.API().GetUploadURLExternalContext(ctx, slack.GetUploadURLExternalParameters{FileName: f.Name, FileSize: int(f.Size)})
	if err != nil {
		return "", fail("ask where to put a file", err)
	}
	if err := c.mayCarry(to.UploadURL); err != nil {
		return "", err
	}
	sum := sha256.New()
	body := &counted{r: io.TeeReader(io.LimitReader(content, f.Size+1), sum)}
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, to.UploadURL, body)
	if err != nil {
		return "", fmt.Errorf("slack: put a file: %w", err)
	}
	request.ContentLength = f.Size
	request.Header.Set("Content-Type", "application/octet-stream")
	answer, err := c.bulk.Do(request)
	status := 0
	if err == nil {
		_, _ = io.Copy(io.Discard, io.LimitReader(answer.Body, 4096))
		_ = answer.Body.Close()
		status = answer.StatusCode
	}
	// The transport sends what was announced and no more; so what is left over is
	// asked for here.
	rest, _ := io.Copy(io.Discard, body)
	switch {
	case body.err != nil && !errors.Is(body.err, io.EOF):
		return "", fmt.Errorf("slack: put a file: read it: %w", body.err)
	case body.n != f.Size || rest > 0 && body.n > f.Size || hex.EncodeToString(sum.Sum(nil)) != f.Hash:
		return "", fmt.Errorf("slack: put a file: other bytes than were announced: %w", bot.ErrConflict)
	case err != nil:
		return "", fmt.Errorf("slack: put a file: %w", bot.ErrUnavailable)
	case status != http.StatusOK:
		return "", fmt.Errorf("slack: put a file: %w", byStatus(status))
	}
	return to.FileID, nil
}

// counted counts what is read of r and keeps its error.
type counted struct {
	r   io.Reader
	n   int64
	err error
}

func (c *counted) Read(p []byte) (int, error) {
	n, err := c.r.Read(p)
	c.n += int64(n)
	if err != nil {
		c.err = err
	}
	return n, err
}

// The waits between looks at whether a file is there; the share follows some time
// after Slack said that it was done.
const (
	lookFirst = 50 * time.Millisecond
	lookLast  = 2 * time.Second
	lookAll   = 30 * time.Second
)

// await waits until a file stands in a channel. once looks a single time more than
// once only when there is reason to believe that it will come.
func (c *Chat) await(ctx context.Context, channel, file string, doubt bool) (bot.MessageID, error) {
	all := lookAll
	if doubt {
		all = 3 * time.Second
	}
	for wait, waited := lookFirst, time.Duration(0); ; wait = min(2*wait, lookLast) {
		id, err := c.shared(ctx, channel, file)
		if id != "" || err != nil && !errors.Is(err, bot.ErrUnavailable) {
			return id, err
		}
		if waited += wait; waited > all {
			return "", err
		}
		select {
		case <-time.After(wait):
		case <-ctx.Done():
			return "", ctx.Err()
		}
	}
}

// shared returns the message with which a file of ours stands in a channel; blank
// when it does not, or is not there at all.
func (c *Chat) shared(ctx context.Context, channel, file string) (bot.MessageID, error) {
	if file == "" {
		return "", nil
	}
	info, _, _, err := c.API().GetFileInfoContext(ctx, file, 0, 0)
	if err != nil {
		if err = fail("look for a file", err); errors.Is(err, bot.ErrNotFound) {
			return "", nil
		}
		return "", err
	}
	if ts := sharedAt(info, channel); ts != "" {
		return messageID(channel, ts), nil
	}
	return "", nil
}

// sharedAt is the first ts with which a file stands in a channel.
func sharedAt(f *slack.File, channel string) string {
	for _, in := range []map[string][]slack.ShareFileInfo{f.Shares.Private, f.Shares.Public} {
		for _, one := range in[channel] {
			return one.Ts
		}
	}
	return ""
}

// Retract implements bot.Documents. It is noted first that nothing may come any
// more; then what stands there is taken away. A post that is on its way at this
// moment looks at the note once more after it was shown.
func (c *Chat) Retract(ctx context.Context, room bot.ChannelID, key string) (bot.MessageID, error) {
	channel := string(room)
	at := mark(channel, key)
	known, err := c.recall(ctx, at)
	if err != nil {
		return "", err
	}
	id := known.message
	if known.what == noteTried {
		if id, err = c.shared(ctx, channel, known.file); err != nil {
			return "", err
		}
	}
	if known.what != noteGone {
		if err := c.note(ctx, at, attempt{what: noteGone, message: id}); err != nil {
			return "", err
		}
		if known.what == noteTried && id == "" && known.file != "" {
			// It could still be completed by whoever put it there.
			if err := c.dropFile(ctx, known.file, ""); err != nil {
				return "", err
			}
		}
	}
	if id == "" {
		return "", nil
	}
	return id, c.Hide(ctx, id)
}
