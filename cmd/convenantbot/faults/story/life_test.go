package story

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"math/rand/v2"
	"regexp"
	"strings"
	"sync"
	"time"

	"github.com/convenantbot/convenantbot/cmd/convenantbot/faults/chat"
	"github.com/convenantbot/convenantbot/cmd/convenantbot/faults/history"
)

// givers are who must consent to sharing health about a young person of
// thirteen: how the form names them, and how a list of consents does.
var givers = []struct{ id, capacity, label string }{
	{"yp", "young_person", "de jongere"}, {"g1", "authority", "moeder"}, {"g2", "authority", "vader"},
}

func giverIDs() (all []string) {
	for _, g := range givers {
		all = append(all, g.id)
	}
	return all
}

// casus is a casus as people know it.
type casus struct {
	ref, room string
	team      *team
	closed    bool // somebody was told so
	handed    bool // every party took over what it must keep
	held      bool // somebody was told so
}

// zone is where days are counted.
var zone = func() *time.Location {
	z, err := time.LoadLocation("Europe/Amsterdam")
	if err != nil {
		panic(err)
	}
	return z
}()

// day is a date as people fill it in.
func day(days int) string { return time.Now().In(zone).AddDate(0, 0, days).Format(time.DateOnly) }

var opened = regexp.MustCompile(`C-\d{4}-\d{4,}`)

// life is one casus from its opening to, perhaps, its closing.
func (r *run) life(ctx context.Context, g *team, rng *rand.Rand) {
	c := r.open(ctx, g)
	if c == nil {
		return
	}
	r.mu.Lock()
	r.casussen = append(r.casussen, c)
	r.mu.Unlock()
	if !r.discuss(ctx, c) {
		return
	}
	// Several at once, so that there is an order to be found.
	var all sync.WaitGroup
	seed := func() *rand.Rand { return rand.New(rand.NewPCG(rng.Uint64(), 1)) }
	rounds := 2 + rng.IntN(4)
	for _, writes := range [][]int{{0, 1}, {2}} {
		own := seed()
		all.Go(func() { r.consents(ctx, c, own, writes, 2*rounds) })
	}
	shares, watches := seed(), seed()
	all.Go(func() {
		for range rounds {
			r.share(ctx, c, shares)
		}
	})
	all.Go(func() {
		for range rounds {
			switch watches.IntN(4) {
			case 0:
				g.lpa.AddTo(c.room, r.town.stray)
			case 1:
				r.list(ctx, c)
			default:
				r.say(ctx, c, g.doctor)
			}
		}
	})
	if rng.IntN(5) == 0 || r.o.broken {
		all.Go(func() { r.hold(ctx, c) })
	}
	all.Wait()
	r.list(ctx, c)
	if rng.IntN(3) == 0 && !r.o.broken {
		return
	}
	// Somebody goes on talking while it is closed.
	talking, hush := context.WithCancel(ctx)
	all.Go(func() {
		for talking.Err() == nil {
			r.say(ctx, c, g.doctor)
			pause(talking, 40*time.Millisecond)
		}
	})
	r.close(ctx, c)
	hush()
	all.Wait()
	if c.closed {
		r.say(ctx, c, g.lpa)
		r.handOver(ctx, c)
	}
}

// open has the intern begeleider open a casus and waits until its room is
// complete; nil: they gave up.
func (r *run) open(ctx context.Context, g *team) *casus {
	f, _ := form(ctx, g.ib, r.town.common, "nieuw")
	if f == nil {
		return nil
	}
	op := r.rec.Begin(g.ib.Name, "open", "", "", "")
	a, tries, ok := send(ctx, g.ib, f, values{
		"kind": {"mdo"}, "purpose": {"Samen een plan maken"}, "born": {"2013-05-01"}, "school": {"school-a"},
		"members": {g.lpa.ID, g.carer.ID, g.doctor.ID}, "holder1": {"moeder"}, "holder2": {"vader"},
		"checked": {"register"}, "agreed": {"g1", "g2", "yp"}, "agreed_on": {day(-10)}, "agreed_how": {"conversation"},
		"invited": {"ja"},
	})
	if !ok {
		op.End(history.Info, "")
		return nil
	}
	if len(a.Errors) > 0 || strings.Contains(a.Text, saysUsed) && tries == 1 {
		op.End(history.Fail, fmt.Sprint(a.Errors))
		r.t.Errorf("a form for a casus was not taken: %v %q", a.Errors, a.Text)
		return nil
	}
	// From here on it happened, whatever becomes of the room.
	c := &casus{ref: opened.FindString(a.Text), team: g}
	soon(ctx, patience, func() bool {
		for name, id := range g.ib.Rooms() {
			if ref := refOf(name); !g.known[name] && (c.ref == "" || c.ref == ref) {
				c.ref, c.room = ref, id
				g.known[name] = true
			}
		}
		return c.room != ""
	})
	op.In(c.ref)
	op.End(history.OK, "")
	if c.room == "" {
		r.gaveUp("the room of " + c.ref)
		return nil
	}
	if !soon(ctx, patience, func() bool {
		for _, m := range g.ib.Read(c.room) {
			if m.Pinned {
				return len(r.cluster.chat.Members(c.room)) >= 5
			}
		}
		return false
	}) {
		r.gaveUp("the welcome of " + c.ref)
		return nil
	}
	return c
}

func refOf(channel string) string {
	if rest, ok := strings.CutPrefix(channel, "casus-"); ok {
		return "C-" + rest
	}
	return ""
}

// discuss brings a casus to the phase in which health may be shared.
func (r *run) discuss(ctx context.Context, c *casus) bool {
	told := func() bool { return r.inRoom(c, saysPhase) }
	ok := soon(ctx, patience, func() bool {
		if _, err := c.team.ib.Command(ctx, c.room, "casus", "fase F3"); err != nil {
			pause(ctx, 200*time.Millisecond)
			return false
		}
		return soon(ctx, 15*time.Second, told)
	})
	if !ok {
		r.gaveUp("the phase of " + c.ref)
	}
	return ok
}

func (r *run) inRoom(c *casus, words string) bool {
	for _, m := range c.team.lpa.Read(c.room) {
		if m.User == r.cluster.chat.Self && strings.Contains(m.Text, words) {
			return true
		}
	}
	return false
}

// consents gives and withdraws consents of some of the givers.
func (r *run) consents(ctx context.Context, c *casus, rng *rand.Rand, of []int, times int) {
	given := map[int]int{}
	for range times {
		if ctx.Err() != nil {
			return
		}
		who := of[rng.IntN(len(of))]
		// More yes than no, so that files pass too.
		if given[who] == 0 || rng.IntN(3) == 0 {
			if r.give(ctx, c, who) {
				given[who]++
			}
		} else if rng.IntN(3) == 0 && r.withdraw(ctx, c, who) {
			given[who]--
		}
		pause(ctx, time.Duration(rng.IntN(200))*time.Millisecond)
	}
}

func (r *run) give(ctx context.Context, c *casus, who int) bool {
	g := givers[who]
	f, _ := form(ctx, c.team.carer, c.room, "toestemming", saysNotOpen)
	if f == nil {
		return false
	}
	op := r.rec.Begin(c.team.carer.Name, history.Give, c.ref, g.id, "")
	a, tries, ok := send(ctx, c.team.carer, f, values{
		"giver": {g.id}, "capacity": {g.capacity}, "decision": {"given"}, "recipients": {"school-a", "gemeente", "ggd"},
		"kinds": {"health"}, "purpose": {"Samen een plan maken"}, "given_on": {day(-1)}, "expires_on": {day(300)}, "how": {"conversation"},
	})
	return r.ended(op, a.Errors, a.Text, tries, ok)
}

// ended notes what became of a form that changes something, and reports whether
// it surely happened.
func (r *run) ended(op *history.Op, errors map[string]string, text string, tries int, ok bool) bool {
	switch {
	case !ok:
		op.End(history.Info, "")
	case len(errors) > 0:
		op.End(history.Fail, fmt.Sprint(errors))
	case strings.Contains(text, saysUsed) && tries == 1:
		op.End(history.Fail, "used")
	default:
		op.End(history.OK, "")
		return true
	}
	return false
}

// live reads a form to withdraw a consent: the consents that live.
func live(f *chat.Form) map[string][]string {
	all := map[string][]string{}
	for _, o := range f.Options("consent") {
		if strings.HasPrefix(o.Value, "agreement:") {
			continue
		}
		for _, g := range givers {
			if strings.HasPrefix(o.Label, g.label) {
				all[g.id] = append(all[g.id], o.Value)
			}
		}
	}
	return all
}

func (r *run) withdraw(ctx context.Context, c *casus, who int) bool {
	g := givers[who]
	f, _ := form(ctx, c.team.carer, c.room, "intrekken", saysNoConsent, saysNotOpen)
	if f == nil || len(live(f)[g.id]) == 0 {
		return false
	}
	op := r.rec.Begin(c.team.carer.Name, history.Withdraw, c.ref, g.id, "")
	a, tries, ok := send(ctx, c.team.carer, f, values{"consent": {live(f)[g.id][0]}})
	return r.ended(op, a.Errors, a.Text, tries, ok)
}

// list reads which consents live.
func (r *run) list(ctx context.Context, c *casus) {
	op := r.rec.Begin(c.team.carer.Name, history.Live, c.ref, "", "")
	f, no := form(ctx, c.team.carer, c.room, "intrekken", saysNotOpen)
	if f == nil || no {
		op.End(history.Info, "")
		return
	}
	counts := map[string]int{}
	for giver, ids := range live(f) {
		counts[giver] = len(ids)
	}
	op.End(history.OK, history.Counts(giverIDs(), counts))
}

// share brings in a file and says what is in it.
func (r *run) share(ctx context.Context, c *casus, rng *rand.Rand) {
	p, kind, f := c.team.carer, "health", history.Share
	if rng.IntN(4) == 0 {
		p, kind, f = c.team.lpa, "ordinary", history.ShareAny
	}
	for try := 0; ctx.Err() == nil; try++ {
		// No two files of a run have the same name: by it their poster knows the
		// question about this one from that about another.
		name := fmt.Sprintf("verslag-%d.txt", r.files.Add(1))
		data := fmt.Appendf(nil, "bestand %s van %s, %d", name, c.ref, rng.Uint64())
		sum := sha256.Sum256(data)
		hash := hex.EncodeToString(sum[:])
		op := r.rec.Begin(p.Name, "upload", c.ref, hash, "")
		v, err := p.Upload(ctx, c.room, name, data)
		invited := func() bool { _, ok := button(p, buttonClassify, name); return ok }
		switch {
		case err == nil && strings.Contains(v.Text, saysHeld):
			op.End(history.OK, "")
		case err == nil:
			op.End(history.Fail, v.Text)
			return
		case soon(ctx, 5*time.Second, invited):
			op.End(history.OK, "")
		default:
			op.End(history.Info, "")
			if try > 40 {
				r.gaveUp("an upload in " + c.ref)
				return
			}
			continue
		}
		form := formBy(ctx, p, buttonClassify, name)
		if form == nil {
			r.gaveUp("the question about a file of " + c.ref)
			return
		}
		op = r.rec.Begin(p.Name, f, c.ref, hash, name)
		a, _, ok := send(ctx, p, form, values{"kinds": {kind}, "absence": {"none"}, "text": {"Zie bijlage"}})
		switch {
		case !ok || strings.Contains(a.Text, saysUsed):
			op.End(history.Info, "")
		case len(a.Errors) > 0:
			op.End(history.Fail, fmt.Sprint(a.Errors))
		case strings.Contains(a.Text, saysComing):
			op.End(history.OK, history.Coming)
		case strings.Contains(a.Text, saysMissing):
			op.End(history.OK, history.Missing)
		default:
			op.End(history.OK, history.Refused)
		}
		return
	}
}

// say says something in the room.
func (r *run) say(ctx context.Context, c *casus, p *chat.Person) {
	op := r.rec.Begin(p.Name, history.Say, c.ref, "", "")
	v, err := p.Say(ctx, c.room, "we gaan verder met het plan")
	switch {
	case err != nil:
		op.End(history.Info, "")
		pause(ctx, 100*time.Millisecond)
	case v.Allow:
		op.End(history.OK, history.IsOpen)
	case strings.Contains(v.Text, saysNotOpen):
		op.End(history.OK, history.IsClosed)
	default:
		op.End(history.Fail, v.Text)
	}
}

// hold has the FG stop the erasing of a casus.
func (r *run) hold(ctx context.Context, c *casus) {
	f, _ := form(ctx, r.town.officer, r.town.common, "bewaar "+c.ref)
	if f == nil {
		return
	}
	op := r.rec.Begin(r.town.officer.Name, history.Hold, c.ref, "", "")
	a, tries, ok := send(ctx, r.town.officer, f, values{"reason": {"Er loopt nog een klacht."}})
	if r.ended(op, a.Errors, a.Text, tries, ok) {
		r.mu.Lock()
		c.held = true
		r.mu.Unlock()
	}
}

// close closes a casus by command and button.
func (r *run) close(ctx context.Context, c *casus) {
	ib := c.team.ib
	asked := soon(ctx, patience, func() bool {
		if _, ok := button(ib, buttonClose, c.ref); ok {
			return true
		}
		if _, err := ib.Command(ctx, c.room, "casus", "sluit"); err != nil {
			pause(ctx, 200*time.Millisecond)
			return false
		}
		return soon(ctx, 15*time.Second, func() bool { _, ok := button(ib, buttonClose, c.ref); return ok })
	})
	if !asked {
		r.gaveUp("the question whether to close " + c.ref)
		return
	}
	op := r.rec.Begin(ib.Name, history.Close, c.ref, "", "")
	told := func() bool { return r.inRoom(c, saysClosed) }
	c.closed = soon(ctx, patience, func() bool {
		m, _ := button(ib, buttonClose, c.ref)
		if _, err := ib.Press(ctx, m, buttonClose); err != nil {
			pause(ctx, 200*time.Millisecond)
			return told()
		}
		return soon(ctx, 15*time.Second, told)
	})
	if !c.closed {
		op.End(history.Info, "")
		r.gaveUp("the closing of " + c.ref)
		return
	}
	op.End(history.OK, "")
}

// handOver has every party say that it took over what it must keep.
func (r *run) handOver(ctx context.Context, c *casus) {
	for _, p := range c.team.all() {
		told := func() bool { return heard(p, 0, saysTaken+c.ref) }
		if !soon(ctx, patience, func() bool {
			m, ok := button(p, buttonTaken, c.ref)
			if !ok {
				return false
			}
			if _, err := p.Press(ctx, m, buttonTaken); err != nil {
				pause(ctx, 200*time.Millisecond)
				return told()
			}
			return soon(ctx, 15*time.Second, told)
		}) {
			r.gaveUp("taking over from " + c.ref)
			return
		}
	}
	c.handed = true
}

// ask has somebody who does nothing else ask questions.
func (r *run) ask(ctx context.Context, p *chat.Person, rng *rand.Rand) {
	for ctx.Err() == nil {
		op := r.rec.Begin(p.Name, "ask", "", p.ID, "")
		p.Ask(fmt.Sprintf("mag een jongere van %d zelf beslissen?", 12+rng.IntN(6)))
		op.End(history.OK, "") // the chat server keeps it until the bot has it
		pause(ctx, time.Duration(500+rng.IntN(1500))*time.Millisecond)
	}
}
