package playground

import (
	"context"
	"database/sql"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/convenantbot/convenantbot/bot"
)

// Tour is a guided tour: a story that somebody with a function walks through.
type Tour struct {
	ID       string    `yaml:"id"`
	Title    string    `yaml:"title"`
	Function string    `yaml:"function"` // whose work it shows; blank: everybody's
	Intro    string    `yaml:"intro"`
	Jobs     []TourJob `yaml:"jobs"`
}

// TourJob is a part of a tour.
type TourJob struct {
	Title string     `yaml:"title"`
	Steps []TourStep `yaml:"steps"`
}

// TourStep is one thing to do or to see.
type TourStep struct {
	Step  string `yaml:"step"` // one of the steps below, a command such as "/casus nodig", or "button:" and its label
	Own   bool   `yaml:"own"`  // counts only when the reader does it; otherwise whoever does
	Text  string `yaml:"text"`
	Group string `yaml:"group"` // said instead in a training, to who is one person; blank: the same
	Fill  string `yaml:"fill"`  // put into the text field on request
	File  string `yaml:"file"`  // offered: one of Samples.Files
}

// The steps that are no command.
const (
	stepAsked     = "asked"     // somebody asked the bot something
	stepAnswered  = "answered"  // and it answered
	stepNew       = "new"       // /casus nieuw
	stepRoom      = "room"      // the bot made a room
	stepOutsider  = "outsider"  // the bot put somebody out
	stepPhase     = "phase"     // /casus fase
	stepHeld      = "held"      // a message was not let through
	stepRefused   = "refused"   // a file was not let through
	stepForm      = "form"      // consent, or another form, was sent after that
	stepPosted    = "posted"    // the bot posted a file that passed
	stepWithdrawn = "withdrawn" // and hid one
	stepClosed    = "closed"    // /casus sluit
	stepClock     = "clock"     // the clock was set forward
	stepArchived  = "archived"  // a room was archived
	stepErased    = "erased"    // a room was erased
)

var tourSteps = []string{stepAsked, stepAnswered, stepNew, stepRoom, stepOutsider, stepPhase, stepHeld, stepRefused, stepForm, stepPosted, stepWithdrawn,
	stepClosed, stepClock, stepArchived, stepErased}

// after holds the steps that only count once another was done.
var after = map[string]string{
	stepAnswered: stepAsked,
	stepForm:     stepRefused,
	stepClock:    stepClosed,
}

// meant is what a command means for a tour beside itself.
var meant = map[string]string{
	"/convenant vraag": stepAsked,
	"/casus nieuw":     stepNew,
	"/casus fase":      stepPhase,
	"/casus sluit":     stepClosed,
}

// checkTours complains of tours that cannot be walked.
func (s Samples) checkTours(complain func(format string, args ...any)) {
	seen := map[string]bool{}
	for i, t := range s.Tours {
		if !slug.MatchString(t.ID) || t.Title == "" || t.Intro == "" || len(t.Jobs) == 0 || seen[t.ID] {
			complain("tours.yaml: %q needs an id of its own of lower-case letters, a title, an intro and jobs", t.ID)
		}
		seen[t.ID] = true
		if (t.Function == "") != (i == 0) {
			complain("tours.yaml: %s: the first tour, and no other, is without a function", t.ID)
		}
		if t.Function != "" && !slices.ContainsFunc(s.People, func(p Person) bool { return p.Function == t.Function }) {
			complain("tours.yaml: %s: nobody in people.yaml is %q", t.ID, t.Function)
		}
		for _, job := range t.Jobs {
			if job.Title == "" || len(job.Steps) == 0 {
				complain("tours.yaml: %s: a job needs a title and steps", t.ID)
			}
			for _, step := range job.Steps {
				if !strings.HasPrefix(step.Step, "/") && !strings.HasPrefix(step.Step, "button:") && !slices.Contains(tourSteps, step.Step) {
					complain("tours.yaml: %s: no such step: %q", t.ID, step.Step)
				}
				if step.Text == "" {
					complain("tours.yaml: %s: step %q needs a text", t.ID, step.Step)
				}
				if _, ok := s.Files[step.File]; step.File != "" && !ok {
					complain("tours.yaml: %s: there is no files/%s", t.ID, step.File)
				}
			}
		}
	}
}

// checkEnglish complains of English tours that are not those of tours.yaml.
func (s Samples) checkEnglish(complain func(format string, args ...any)) {
	if len(s.ToursEN) == 0 {
		return
	}
	if len(s.ToursEN) != len(s.Tours) {
		complain("tours.en.yaml: %d tours, and tours.yaml has %d", len(s.ToursEN), len(s.Tours))
		return
	}
	for i, en := range s.ToursEN {
		nl := s.Tours[i]
		if en.ID != nl.ID || en.Title == "" || en.Intro == "" || en.Function != "" || len(en.Jobs) != len(nl.Jobs) {
			complain("tours.en.yaml: tour %d needs the id %q, a title, an intro and %d jobs", i+1, nl.ID, len(nl.Jobs))
			continue
		}
		for j, job := range en.Jobs {
			if job.Title == "" || len(job.Steps) != len(nl.Jobs[j].Steps) {
				complain("tours.en.yaml: %s: job %d needs a title and %d steps", en.ID, j+1, len(nl.Jobs[j].Steps))
				continue
			}
			for k, step := range job.Steps {
				of := nl.Jobs[j].Steps[k]
				if step.Text == "" || (step.Group == "") != (of.Group == "") || step != (TourStep{Text: step.Text, Group: step.Group}) {
					complain("tours.en.yaml: %s: job %d, step %d (%q) needs a text, and a group where tours.yaml has one, and no more", en.ID, j+1, k+1, of.Step)
				}
			}
		}
	}
}

// toursIn are the tours in the language of somebody's words.
func (c *Chat) toursIn(w *wordsOf) []Tour {
	if w.Lang != english.Lang || len(c.toursEN) == 0 {
		return c.tours
	}
	all := slices.Clone(c.tours)
	for i, en := range c.toursEN {
		all[i].Title, all[i].Intro, all[i].Jobs = en.Title, en.Intro, slices.Clone(all[i].Jobs)
		for j, job := range en.Jobs {
			all[i].Jobs[j].Title, all[i].Jobs[j].Steps = job.Title, slices.Clone(all[i].Jobs[j].Steps)
			for k, step := range job.Steps {
				all[i].Jobs[j].Steps[k].Text, all[i].Jobs[j].Steps[k].Group = step.Text, step.Group
			}
		}
	}
	return all
}

// mark checks off a step for who did it, once.
func (c *Chat) mark(tx *sql.Tx, step string, who bot.UserID) error {
	_, err := tx.Exec(`INSERT INTO tour (step, person, at) SELECT ?1, ?2, ?3 WHERE ?4 = '' OR EXISTS (SELECT 1 FROM tour WHERE step = ?4) ON CONFLICT DO NOTHING`,
		step, who, c.clock.Now().UnixMilli(), after[step])
	return err
}

// markNow checks off a step in a transaction of its own. The tour is a help: a
// failure is logged and stops nothing.
func (c *Chat) markNow(ctx context.Context, step string, who bot.UserID) {
	if err := c.change(ctx, func(tx *sql.Tx) error { return c.mark(tx, step, who) }); err != nil {
		c.log.Warn("a step of the tour could not be checked off", "step", step, "error", err)
	}
}

func (c *Chat) markAnswer(tx *sql.Tx) error { return c.mark(tx, stepAnswered, BotUser) }

// markCommand checks off a command, and what it means.
func (c *Chat) markCommand(tx *sql.Tx, name, rest string, who bot.UserID) error {
	verb, _, _ := strings.Cut(rest, " ")
	command := "/" + name + " " + verb
	if step := meant[command]; step != "" {
		if err := c.mark(tx, step, who); err != nil {
			return err
		}
	}
	return c.markAsked(tx, command, who)
}

// markAsked checks off a command or a button, when a tour asks for it.
func (c *Chat) markAsked(tx *sql.Tx, step string, who bot.UserID) error {
	for _, t := range c.tours {
		for _, job := range t.Jobs {
			if slices.ContainsFunc(job.Steps, func(s TourStep) bool { return s.Step == step }) {
				return c.mark(tx, step, who)
			}
		}
	}
	return nil
}

// markHidden checks off that a file was hidden; other messages of the bot are no
// step of a tour.
func (c *Chat) markHidden(tx *sql.Tx, id bot.MessageID) error {
	var files int
	err := tx.QueryRow(`SELECT count(*) FROM files WHERE message = ?`, id).Scan(&files)
	if err != nil || files == 0 {
		return err
	}
	return c.mark(tx, stepWithdrawn, BotUser)
}

// stepsDone are the steps that were done, and by whom.
func stepsDone(tx *sql.Tx) (map[string][]bot.UserID, error) {
	type row struct {
		step string
		who  bot.UserID
	}
	rows, err := list(tx, func(scan func(...any) error) (row, error) {
		var r row
		err := scan(&r.step, &r.who)
		return r, err
	}, `SELECT step, person FROM tour`)
	done := map[string][]bot.UserID{}
	for _, r := range rows {
		done[r.step] = append(done[r.step], r.who)
	}
	return done, err
}

// samplePage hands out a file that a tour offers.
func (c *Chat) samplePage(w http.ResponseWriter, r *http.Request, _ session) {
	data, ok := c.samples[r.PathValue("name")]
	if !ok {
		c.lost(w, r)
		return
	}
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	_, _ = w.Write(data) // the browser went away; nobody is left to tell
}

type tourView struct {
	Title, Intro string
	Jobs         []jobView
	Count        string
	Done, Of     int
	Others       []linkView // all tours, this one too
}

type jobView struct {
	Title string
	Done  bool
	Steps []stepView
}

type stepView struct {
	TourStep
	Done bool
	Now  bool // the first that is not done
}

// tourCalled is the tour with this id, or else the one of a function, or else the one
// for everybody.
func tourCalled(tours []Tour, id, function string) *Tour {
	for _, is := range []func(Tour) bool{
		func(t Tour) bool { return t.ID == id },
		func(t Tour) bool { return t.Function == function && function != "" },
	} {
		if i := slices.IndexFunc(tours, is); i >= 0 {
			return &tours[i]
		}
	}
	if len(tours) == 0 {
		return nil
	}
	return &tours[0]
}

// viewTour is the tour at a place, nil when there is none. Who is one person of a
// group begins with the tour of their own work; the general one has one be several.
func (c *Chat) viewTour(page *pageView, done map[string][]bot.UserID) *tourView {
	tours, function := c.toursIn(page.W), ""
	if page.At.Group {
		function = page.Me.Function
	}
	t := tourCalled(tours, page.At.Tour, function)
	if t == nil {
		return nil
	}
	v, found := &tourView{Title: t.Title, Intro: t.Intro}, false
	for _, job := range t.Jobs {
		j := jobView{Title: job.Title, Done: true}
		for _, s := range job.Steps {
			by := done[s.Step]
			one := stepView{TourStep: s, Done: len(by) > 0 && (!s.Own || slices.Contains(by, page.Me.ID))}
			if page.At.Group && s.Group != "" {
				one.Text = s.Group
			}
			one.Now, found = !one.Done && !found, found || !one.Done
			j.Steps = append(j.Steps, one)
			j.Done = j.Done && one.Done
			v.Of++
			if one.Done {
				v.Done++
			}
		}
		v.Jobs = append(v.Jobs, j)
	}
	v.Count = sprintf(page.W.TourCount, v.Done, v.Of)
	for _, other := range tours {
		hint := ""
		if other.Function == page.Me.Function {
			hint = page.W.TourYours
		}
		v.Others = append(v.Others, linkView{URL: "?paneel=rondleiding&tour=" + url.QueryEscape(other.ID), Name: other.Title, Here: other.ID == t.ID, Title: hint})
	}
	return v
}
