package slack

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"

	"github.com/slack-go/slack"

	"github.com/convenantbot/convenantbot/bot"
)

var (
	_ bot.Fetcher     = (*Chat)(nil)
	_ bot.Attachments = (*Chat)(nil)
)

// MaxFile is the largest file that is read from Slack, in bytes.
const MaxFile = 100 << 20

// Fetch implements bot.Fetcher.
func (c *Chat) Fetch(ctx context.Context, message bot.MessageID) (io.ReadCloser, error) {
	m, err := c.message(ctx, message)
	if err != nil {
		return nil, err
	}
	for _, f := range m.Files {
		if f.Mode != "tombstone" {
			_, content, err := c.open(ctx, f.ID)
			return content, err
		}
	}
	return nil, fmt.Errorf("slack: a message without a file: %w", bot.ErrNotFound)
}

// Attachment implements bot.Attachments.
func (c *Chat) Attachment(ctx context.Context, message bot.MessageID, id string) (bot.PlatformFile, io.ReadCloser, error) {
	m, err := c.message(ctx, message)
	if err != nil {
		return bot.PlatformFile{ID: id}, nil, err
	}
	for _, f := range m.Files {
		if f.ID == id {
			return c.open(ctx, id)
		}
	}
	return bot.PlatformFile{ID: id}, nil, fmt.Errorf("slack: find a file: %w", bot.ErrNotFound)
}

// File opens a file by its id, such as one that was given in a form. Only bytes
// that lie with Slack are read: a file that lies elsewhere, a canvas and a list
// are a *bot.InvalidError that names which. The caller closes.
func (c *Chat) File(ctx context.Context, id string) (bot.PlatformFile, io.ReadCloser, error) {
	return c.open(ctx, id)
}

func (c *Chat) open(ctx context.Context, id string) (bot.PlatformFile, io.ReadCloser, error) {
	out := bot.PlatformFile{ID: id}
	f, _, _, err := c.API().GetFileInfoContext(ctx, id, 0, 0)
	if err != nil {
		return out, nil, fail("find a file", err)
	}
	out.Name, out.Size = f.Name, int64(f.Size)
	if kind := Foreign(*f); kind != "" {
		return out, nil, &bot.InvalidError{Field: "file", Reason: kind}
	}
	switch {
	case f.Mode == "tombstone" || f.URLPrivateDownload == "" && f.URLPrivate == "":
		return out, nil, fmt.Errorf("slack: read a file: %w", bot.ErrNotFound)
	case f.Size <= 0 || int64(f.Size) > MaxFile:
		return out, nil, &bot.InvalidError{Field: "file", Reason: "size"}
	}
	from := f.URLPrivateDownload
	if from == "" {
		from = f.URLPrivate
	}
	if err := c.mayCarry(from); err != nil {
		return out, nil, err
	}
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, from, nil)
	if err != nil {
		return out, nil, fmt.Errorf("slack: read a file: %w", err)
	}
	request.Header.Set("Authorization", "Bearer "+c.o.Token())
	answer, err := c.bulk.Do(request)
	if err != nil {
		return out, nil, fmt.Errorf("slack: read a file: %w", bot.ErrUnavailable)
	}
	if answer.StatusCode != http.StatusOK {
		_ = answer.Body.Close()
		return out, nil, fmt.Errorf("slack: read a file: %w", byStatus(answer.StatusCode))
	}
	// Without the right to read it Slack answers with its page to sign in at.
	if strings.HasPrefix(answer.Header.Get("Content-Type"), "text/html") && !strings.HasPrefix(f.Mimetype, "text/html") {
		_ = answer.Body.Close()
		return out, nil, fmt.Errorf("slack: read a file: a page came instead of it: %w", bot.ErrForbidden)
	}
	return out, bounded{&exact{r: answer.Body, left: out.Size}, answer.Body}, nil
}

// The kinds of files that do not lie with Slack as bytes.
const (
	ForeignExternal = "external_file" // it lies with another service, and Slack has only the link
	ForeignCanvas   = "canvas"        // a page that changes, which can be neither scanned nor posted
	ForeignList     = "list"
)

// Foreign says of which of these kinds a file is; blank: it is bytes at Slack.
func Foreign(f slack.File) string {
	switch {
	case f.IsExternal, f.Mode == "external":
		return ForeignExternal
	case f.Mode == "quip", f.Mode == "canvas", f.Filetype == "quip", f.Filetype == "canvas":
		return ForeignCanvas
	case f.Mode == "list", f.Filetype == "list":
		return ForeignList
	}
	return ""
}

// bounded reads at most as much as was announced and closes the connection.
type bounded struct {
	io.Reader
	io.Closer
}

// exact reads exactly left bytes: fewer or more is an error, so that nothing is
// decided about a part of a file.
type exact struct {
	r    io.Reader
	left int64
}

func (e *exact) Read(p []byte) (int, error) {
	if int64(len(p)) > e.left+1 {
		p = p[:e.left+1]
	}
	n, err := e.r.Read(p)
	e.left -= int64(n)
	switch {
	case e.left < 0:
		return 0, fmt.Errorf("slack: read a file: more bytes than were announced: %w", bot.ErrConflict)
	case err == io.EOF && e.left > 0:
		return n, fmt.Errorf("slack: read a file: %w", io.ErrUnexpectedEOF)
	}
	return n, err
}

// mayCarry refuses an address that is not Slack's own: the bytes of a casus and
// our token go nowhere else. Where the Web API stands elsewhere, as in a test,
// that host is Slack.
func (c *Chat) mayCarry(address string) error {
	to, err := url.Parse(address)
	if err == nil {
		api, apiErr := url.Parse(c.o.API)
		if apiErr == nil && to.Scheme == api.Scheme && to.Host == api.Host {
			return nil
		}
		if host := to.Hostname(); to.Scheme == "https" && to.User == nil && c.o.API == slack.APIURL &&
			(host == "slack.com" || strings.HasSuffix(host, ".slack.com") || strings.HasSuffix(host, ".slack-files.com")) {
			return nil
		}
	}
	return fmt.Errorf("slack: an address that is not Slack's: %w", bot.ErrForbidden)
}
