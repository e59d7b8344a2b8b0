package main

import (
	"bytes"
	"fmt"
	"os"
	"time"

	"go.yaml.in/yaml/v3"

	"github.com/convenantbot/convenantbot/bot"
	"github.com/convenantbot/convenantbot/rules/region"
)

// registerFile is the file with organisations and people of an installation. It
// holds ids of accounts and no names of people.
type registerFile struct {
	Organisations []struct {
		ID          bot.OrgID    `yaml:"id"`
		Name        string       `yaml:"name"`
		SignedAt    string       `yaml:"signed_at"`
		AnnouncedAt string       `yaml:"announced_at"`
		Mandate     string       `yaml:"mandate"` // in which capacity it was signed; no name
		LeftAt      string       `yaml:"left_at"`
		DPO         bot.PersonID `yaml:"dpo"`
		Appointee   bot.PersonID `yaml:"appointee"`
	} `yaml:"organisations"`
	Adopted []struct {
		Rule string `yaml:"rule"`
		By   string `yaml:"by"`
		On   string `yaml:"on"`
	} `yaml:"adopted"` // our readings that this region adopted
	People []struct {
		ID       bot.PersonID `yaml:"id"`
		Accounts []struct {
			Platform string     `yaml:"platform"`
			User     bot.UserID `yaml:"user"`
		} `yaml:"accounts"`
		Appointments []struct {
			Organisation bot.OrgID  `yaml:"organisation"`
			Sector       bot.Sector `yaml:"sector"`
			Function     string     `yaml:"function"`
			Task         string     `yaml:"task"`
			ConfirmedBy  string     `yaml:"confirmed_by"`
			ConfirmedAt  time.Time  `yaml:"confirmed_at"`
			EndedAt      time.Time  `yaml:"ended_at"`
		} `yaml:"appointments"`
	} `yaml:"people"`
}

// readRegister reads the register of an installation. Every mistake names the
// file and the field.
func readRegister(path string) (bot.Register, error) {
	data, err := os.ReadFile(path)
	if err != nil {
		return bot.Register{}, &exitError{exitBadInput, fmt.Errorf("directory.file: %w", err)}
	}
	var file registerFile
	d := yaml.NewDecoder(bytes.NewReader(data))
	d.KnownFields(true)
	if err := d.Decode(&file); err != nil {
		return bot.Register{}, &exitError{exitBadInput, fmt.Errorf("directory.file: %s: %w", path, err)}
	}
	wrong := func(format string, args ...any) (bot.Register, error) {
		return bot.Register{}, &exitError{exitBadInput, fmt.Errorf("directory.file: %s: "+format, append([]any{path}, args...)...)}
	}
	r := bot.Register{Lapses: true}
	known := map[bot.OrgID]bool{}
	for i, o := range file.Organisations {
		if o.ID == "" || o.Name == "" {
			return wrong("organisations[%d]: id and name are needed", i)
		}
		for field, date := range map[string]string{"signed_at": o.SignedAt, "announced_at": o.AnnouncedAt, "left_at": o.LeftAt} {
			if _, err := time.Parse(time.DateOnly, date); date != "" && err != nil {
				return wrong("organisations[%d].%s: write YYYY-MM-DD", i, field)
			}
		}
		if known[o.ID] {
			return wrong("organisations[%d].id: %s stands twice", i, o.ID)
		}
		known[o.ID] = true
		r.Organisations = append(r.Organisations, bot.Organisation{ID: o.ID, Name: o.Name, SignedAt: o.SignedAt,
			AnnouncedAt: o.AnnouncedAt, DPO: o.DPO, Appointee: o.Appointee, Mandate: o.Mandate, LeftAt: o.LeftAt})
	}
	for i, a := range file.Adopted {
		if _, err := time.Parse(time.DateOnly, a.On); err != nil || a.Rule == "" || a.By == "" {
			return wrong("adopted[%d]: rule, by and on (YYYY-MM-DD) are needed", i)
		}
		r.Adopted = append(r.Adopted, region.Adoption{Rule: a.Rule, By: a.By, On: a.On})
	}
	people := map[bot.PersonID]bool{}
	for i, p := range file.People {
		if p.ID == "" || people[p.ID] {
			return wrong("people[%d].id: an id of its own is needed", i)
		}
		people[p.ID] = true
		person := bot.Person{ID: p.ID}
		for j, a := range p.Accounts {
			if a.Platform == "" || a.User == "" {
				return wrong("people[%d].accounts[%d]: platform and user are needed", i, j)
			}
			person.Accounts = append(person.Accounts, bot.Account{Platform: a.Platform, User: a.User})
		}
		for j, a := range p.Appointments {
			if !known[a.Organisation] {
				return wrong("people[%d].appointments[%d].organisation: %q is not among the organisations", i, j, a.Organisation)
			}
			if !knownSector(a.Sector) {
				return wrong("people[%d].appointments[%d].sector: %q is not a sector", i, j, a.Sector)
			}
			person.Appointments = append(person.Appointments, bot.Appointment{ID: fmt.Sprintf("%s-%d", p.ID, j+1),
				Organisation: a.Organisation, Sector: a.Sector, Function: a.Function, Task: a.Task,
				ConfirmedBy: a.ConfirmedBy, ConfirmedAt: a.ConfirmedAt, EndedAt: a.EndedAt})
		}
		r.People = append(r.People, person)
	}
	return r, nil
}

func knownSector(s bot.Sector) bool {
	switch s {
	case bot.Education, bot.Attendance, bot.SWV, bot.YouthCare, bot.YouthHealth, bot.NeighbourhoodTeam:
		return true
	}
	return false
}
