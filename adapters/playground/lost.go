package playground

import "net/http"

type lostView struct {
	W    *wordsOf
	Back string
}

// lost answers for an address that leads nowhere: it says so, and leads back.
func (c *Chat) lost(w http.ResponseWriter, r *http.Request) {
	v := lostView{W: c.wordsOf(r), Back: "/"}
	if s, ok := c.sessionOf(r, personIn(r)); ok {
		v.Back = home(s.person.ID)
	}
	c.show(w, http.StatusNotFound, "lost.html", v)
}
