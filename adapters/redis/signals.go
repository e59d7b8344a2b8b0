package redis

import (
	"context"
	"errors"
	"net"
	"time"

	"github.com/redis/go-redis/v9"

	"github.com/convenantbot/convenantbot/bot"
)

const (
	// quiet is how long a listener hears nothing before it asks whether anybody is
	// there, and answerTerm how long it waits for that.
	quiet      = 5 * time.Second
	answerTerm = 2 * time.Second
	// retryEvery is the pause before a listener tries again.
	retryEvery = 500 * time.Millisecond
)

// Signal implements bot.Signals.
func (c *Coordination) Signal(ctx context.Context, topic string) error {
	if err := names(topic); err != nil {
		return err
	}
	return c.do(ctx, "signal", 0, func(ctx context.Context) error {
		return c.client.Publish(ctx, c.key("signals"), topic).Err()
	})
}

// Listen implements bot.Signals.
func (c *Coordination) Listen(ctx context.Context, hear func(topic string)) error {
	for ctx.Err() == nil {
		c.listenOnce(ctx, hear)
		select {
		case <-ctx.Done():
		case <-time.After(retryEvery):
		}
	}
	return nil
}

// listenOnce listens until the connection is lost or silent.
func (c *Coordination) listenOnce(ctx context.Context, hear func(topic string)) {
	line := c.client.Subscribe(ctx, c.key("signals"))
	defer line.Close()
	// The client does not look at the context while it reads.
	defer context.AfterFunc(ctx, func() { line.Close() })()
	asked := false
	for wait := answerTerm; ; {
		got, err := line.ReceiveTimeout(ctx, wait)
		var slow net.Error
		switch {
		case err != nil && errors.As(err, &slow) && slow.Timeout() && !asked && wait == quiet && ctx.Err() == nil:
			if line.Ping(ctx) != nil {
				return
			}
			asked, wait = true, answerTerm
			continue
		case err != nil:
			return
		}
		asked, wait = false, quiet
		switch m := got.(type) {
		case *redis.Subscription:
			hear(bot.SignalMissed)
		case *redis.Message:
			if names(m.Payload) == nil {
				hear(m.Payload)
			}
		}
	}
}
