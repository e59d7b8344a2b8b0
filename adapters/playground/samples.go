package playground

import (
	"errors"
	"fmt"
	"io/fs"
	"path"
	"regexp"

	"go.yaml.in/yaml/v3"

	"github.com/convenantbot/convenantbot/bot"
)

// Person is one of the invented people of the try-out.
type Person struct {
	ID           bot.UserID   `yaml:"id"`     // also in the address: lower-case letters, digits and hyphens
	Person       bot.PersonID `yaml:"person"` // who they are in the bot's directory
	Name         string       `yaml:"name"`
	Function     string       `yaml:"function"` // as people say it, such as "intern begeleider"
	About        string       `yaml:"about"`    // one sentence for who chooses somebody to be
	Role         bot.Role     `yaml:"role"`
	Organisation bot.OrgID    `yaml:"organisation"` // professionals only, likewise below
	Sector       bot.Sector   `yaml:"sector"`       // blank: a professional who takes no part, such as an FG
	Task         string       `yaml:"task"`         // the statutory task
	Language     string       `yaml:"language"`     // in which they use the chat, such as "en"; blank: Dutch
	Outsider     bool         `yaml:"outsider"`     // here to be kept out
	Inactive     bool         `yaml:"inactive"`     // a deactivated account: nobody can be this person
}

// Organisation is one of the invented organisations.
type Organisation struct {
	ID          bot.OrgID  `yaml:"id"`
	Name        string     `yaml:"name"`
	SignedAt    string     `yaml:"signed_at"`    // plain date, blank when it did not join the convenant
	AnnouncedAt string     `yaml:"announced_at"` // plain date
	DPO         bot.UserID `yaml:"dpo"`
	Appointee   bot.UserID `yaml:"appointee"` // who decides on exceptions
}

// Channel is a public channel that is there from the start, with everybody in it.
type Channel struct {
	ID    bot.ChannelID `yaml:"id"` // also its name
	Title string        `yaml:"title"`
}

// Samples is everything invented that a try-out starts with.
type Samples struct {
	People        []Person // without one nobody can be anybody
	Organisations []Organisation
	Channels      []Channel
	Tours         []Tour
	ToursEN       []Tour            // what they say in English, in the same order; none: they are Dutch for everybody
	Files         map[string][]byte // that tours offer, by their names
}

var slug = regexp.MustCompile(`^[a-z][a-z0-9-]{0,39}$`)

// ReadSamples reads people.yaml, organisations.yaml, channels.yaml, tours.yaml,
// tours.en.yaml and the folder files. All complaints are reported together, each with the file it is about.
func ReadSamples(fsys fs.FS) (Samples, error) {
	var s Samples
	err := errors.Join(
		readYAML(fsys, "people.yaml", &s.People),
		readYAML(fsys, "organisations.yaml", &s.Organisations),
		readYAML(fsys, "channels.yaml", &s.Channels),
		readYAML(fsys, "tours.yaml", &s.Tours),
		readYAML(fsys, "tours.en.yaml", &s.ToursEN),
		readFiles(fsys, &s.Files),
	)
	if err != nil {
		return Samples{}, err
	}
	return s, s.check()
}

func readYAML(fsys fs.FS, name string, into any) error {
	f, err := fsys.Open(name)
	if err != nil {
		return fmt.Errorf("samples: %w", err)
	}
	defer f.Close()
	d := yaml.NewDecoder(f)
	d.KnownFields(true)
	if err := d.Decode(into); err != nil {
		return fmt.Errorf("samples: %s: %w", name, err)
	}
	return nil
}

func readFiles(fsys fs.FS, into *map[string][]byte) error {
	names, err := fs.Glob(fsys, "files/*")
	if err != nil {
		return fmt.Errorf("samples: %w", err)
	}
	*into = map[string][]byte{}
	for _, name := range names {
		data, err := fs.ReadFile(fsys, name)
		if err != nil {
			return fmt.Errorf("samples: %w", err)
		}
		(*into)[path.Base(name)] = data
	}
	return nil
}

func (s Samples) check() error {
	var errs []error
	complain := func(format string, args ...any) { errs = append(errs, fmt.Errorf("samples: "+format, args...)) }
	orgs := map[bot.OrgID]bool{}
	for _, o := range s.Organisations {
		if o.ID == "" || o.Name == "" || orgs[o.ID] {
			complain("organisations.yaml: %q needs an id of its own and a name", o.ID)
		}
		orgs[o.ID] = true
	}
	users, persons := map[bot.UserID]bool{}, map[bot.PersonID]bool{}
	for _, p := range s.People {
		switch {
		case !slug.MatchString(string(p.ID)) || p.ID == BotUser || users[p.ID]:
			complain("people.yaml: id %q must be of lower-case letters, and of nobody else", p.ID)
		case p.Person == "" || persons[p.Person]:
			complain("people.yaml: %s: person must be an id of their own", p.ID)
		case p.Name == "" || p.Function == "" || p.About == "":
			complain("people.yaml: %s: name, function and about are needed", p.ID)
		case p.Language != "" && p.Language != words.Lang && p.Language != english.Lang:
			complain("people.yaml: %s: there are no words in the language %q", p.ID, p.Language)
		case p.Role == bot.Professional && !orgs[p.Organisation]:
			complain("people.yaml: %s: unknown organisation %q", p.ID, p.Organisation)
		case p.Role != bot.Professional && (p.Organisation != "" || p.Sector != "" || p.Task != ""):
			complain("people.yaml: %s: only professionals have an organisation, a sector and a task", p.ID)
		}
		users[p.ID], persons[p.Person] = true, true
	}
	for _, o := range s.Organisations {
		for _, u := range []bot.UserID{o.DPO, o.Appointee} {
			if u != "" && !users[u] {
				complain("organisations.yaml: %s: nobody has the id %q", o.ID, u)
			}
		}
	}
	seen := map[bot.ChannelID]bool{}
	for _, c := range s.Channels {
		if !slug.MatchString(string(c.ID)) || c.Title == "" || seen[c.ID] {
			complain("channels.yaml: %q needs an id of its own of lower-case letters, and a title", c.ID)
		}
		seen[c.ID] = true
	}
	s.checkTours(complain)
	s.checkEnglish(complain)
	return errors.Join(errs...)
}
