package mattermost

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"time"

	"github.com/convenantbot/convenantbot/bot"
)

var _ bot.Attachments = (*Chat)(nil)

// Attachment implements bot.Attachments as the bot itself: the server gives it
// nothing of a channel that it is not in.
func (c *Chat) Attachment(ctx context.Context, message bot.MessageID, id string) (bot.PlatformFile, io.ReadCloser, error) {
	none := bot.PlatformFile{ID: id}
	as := c.asBot()
	info, _, err := as.GetFileInfo(ctx, id)
	if err != nil {
		return none, nil, fail("find a file", err)
	}
	if info.PostId != string(message) || info.DeleteAt != 0 {
		return none, nil, fmt.Errorf("mattermost: find a file: %w", bot.ErrNotFound)
	}
	// A large file takes longer than a call; ctx still bounds it.
	line := *c.client
	line.Timeout = 2 * time.Minute
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, c.o.URL+"/api/v4/files/"+info.Id, nil)
	if err != nil {
		return none, nil, err
	}
	request.Header.Set("Authorization", "Bearer "+c.o.Token())
	answer, err := line.Do(request)
	if err != nil {
		return none, nil, fmt.Errorf("mattermost: read a file: %w", bot.ErrUnavailable)
	}
	if answer.StatusCode != http.StatusOK {
		answer.Body.Close()
		return none, nil, fmt.Errorf("mattermost: read a file: %w", byStatus(answer.StatusCode))
	}
	return bot.PlatformFile{ID: info.Id, Name: info.Name, Size: info.Size}, answer.Body, nil
}
