package playground

import (
	"context"
	"sync"

	"github.com/convenantbot/convenantbot/bot"
)

// push is what goes to a window by itself: a poke ("look again"), a form, or
// the word that everything was forgotten. It never carries what somebody said:
// a window asks for that, with its own rights.
type push struct {
	Kind string    `json:"kind"` // "poke", "form", "forgotten"
	Form *formView `json:"form,omitempty"`
}

// tab is one window of one person.
type tab struct {
	person bot.UserID
	id     string
	poked  chan struct{} // holds one: pokes that come together are one poke
	pushes chan push

	trainer bool               // stays when the person gets another code
	stop    context.CancelFunc // ends the window's connection; harmless twice
}

// hub knows which windows are open.
type hub struct {
	mu     sync.Mutex
	tabs   map[*tab]bool
	closed bool
}

// enter adds a window. It is false once the chat is closing.
func (h *hub) enter(t *tab) bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.closed {
		return false
	}
	if h.tabs == nil {
		h.tabs = map[*tab]bool{}
	}
	h.tabs[t] = true
	return true
}

func (h *hub) exit(t *tab) {
	h.mu.Lock()
	defer h.mu.Unlock()
	delete(h.tabs, t)
}

// poke tells every window to look again.
func (h *hub) poke() {
	h.mu.Lock()
	defer h.mu.Unlock()
	for t := range h.tabs {
		select {
		case t.poked <- struct{}{}:
		default:
		}
	}
}

// show pushes p to the window id of person, or to one of their other windows
// when that one is gone. It is false when there is none.
func (h *hub) show(person bot.UserID, id string, p push) bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	var other *tab
	for t := range h.tabs {
		if t.person != person {
			continue
		}
		if t.id == id && t.send(p) {
			return true
		}
		other = t
	}
	return other != nil && other.send(p)
}

// all pushes p to every window.
func (h *hub) all(p push) {
	h.mu.Lock()
	defer h.mu.Unlock()
	for t := range h.tabs {
		t.send(p)
	}
}

func (t *tab) send(p push) bool {
	select {
	case t.pushes <- p:
		return true
	default:
		return false
	}
}

// drop ends the connections of a person's windows, but not the trainer's.
func (h *hub) drop(person bot.UserID) {
	h.mu.Lock()
	defer h.mu.Unlock()
	for t := range h.tabs {
		if t.person == person && !t.trainer {
			t.stop()
		}
	}
}

// close lets no more windows in.
func (h *hub) close() {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.closed = true
}
