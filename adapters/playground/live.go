package playground

import (
	"context"
	"database/sql"
	"net/http"
	"sync"
	"time"

	"github.com/gorilla/websocket"
)

// The wire's own times, not the story's.
const (
	pingEvery = 20 * time.Second
	pongTerm  = 60 * time.Second
	writeTerm = 5 * time.Second
)

// live keeps one window up to date. A WebSocket, because a browser allows only
// six streams of other kinds to one address, and more windows than that are
// open when several people are played.
func (c *Chat) live(ctx context.Context, work *sync.WaitGroup) handler {
	upgrader := websocket.Upgrader{
		HandshakeTimeout: writeTerm,
		// guard has refused every foreign origin; a WebSocket without one comes from no browser.
		CheckOrigin: func(r *http.Request) bool { return r.Header.Get("Origin") != "" && sameOrigin(r) },
	}
	return func(w http.ResponseWriter, r *http.Request, s session) {
		conn, err := upgrader.Upgrade(w, r, nil)
		if err != nil {
			return // Upgrade has answered
		}
		run, stop := context.WithCancel(ctx)
		t := &tab{person: s.person.ID, id: r.URL.Query().Get("tab"), poked: make(chan struct{}, 1), pushes: make(chan push, 8), trainer: s.trainer, stop: stop}
		if !c.hub.enter(t) {
			stop()
			conn.Close()
			return
		}
		// Between the look at the session and here their code may have been replaced.
		if _, ok := c.sessionOf(r, s.person.ID); !ok {
			stop()
		}
		work.Go(func() {
			defer stop()
			defer conn.Close()
			defer c.hub.exit(t)
			c.talk(run, conn, t)
		})
	}
}

// talk writes what is pushed until the window goes away or ctx ends.
func (c *Chat) talk(ctx context.Context, conn *websocket.Conn, t *tab) {
	gone := make(chan struct{})
	go func() { // ends when conn is closed, which the caller does
		defer close(gone)
		conn.SetReadLimit(1024) // a window says nothing here
		_ = conn.SetReadDeadline(time.Now().Add(pongTerm))
		conn.SetPongHandler(func(string) error { return conn.SetReadDeadline(time.Now().Add(pongTerm)) })
		for {
			if _, _, err := conn.ReadMessage(); err != nil {
				return
			}
		}
	}()
	defer func() { conn.Close(); <-gone }()
	write := func(p push) bool {
		_ = conn.SetWriteDeadline(time.Now().Add(writeTerm))
		return conn.WriteJSON(p) == nil
	}
	var open []shown
	if err := c.store.do(ctx, func(tx *sql.Tx) error {
		var err error
		open, err = openForms(tx, t.person, t.id, c.wall())
		return err
	}); err != nil {
		return
	}
	for _, s := range open { // the window was reloaded while it showed a form
		if !write(push{Kind: "form", Form: c.viewForm(s)}) {
			return
		}
	}
	if !write(push{Kind: "poke"}) {
		return
	}
	ping := time.NewTicker(pingEvery)
	defer ping.Stop()
	for {
		ok := true
		select {
		case <-t.poked:
			ok = write(push{Kind: "poke"})
		case p := <-t.pushes:
			ok = write(p)
		case <-ping.C:
			ok = conn.WriteControl(websocket.PingMessage, nil, time.Now().Add(writeTerm)) == nil
		case <-gone:
			return
		case <-ctx.Done():
			_ = conn.WriteControl(websocket.CloseMessage, websocket.FormatCloseMessage(websocket.CloseServiceRestart, ""), time.Now().Add(writeTerm))
			return
		}
		if !ok {
			return
		}
	}
}
