package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/convenantbot/convenantbot/bot"
)

func TestTheRegisterOfAnInstallation(t *testing.T) {
	const good = `organisations:
  - {id: school-a, name: School A, signed_at: '2025-09-01', announced_at: '2025-09-15', mandate: bestuurder, left_at: '2026-09-01', dpo: p-1, appointee: p-1}
adopted:
  - {rule: not_acceded, by: stuurgroep, on: '2026-01-15'}
people:
  - id: p-1
    accounts: [{platform: mattermost, user: u1}]
    appointments: [{organisation: school-a, sector: education, function: ib, task: begeleiding, confirmed_by: hr, confirmed_at: 2026-01-01T00:00:00Z}]
`
	read := func(t *testing.T, text string) error {
		t.Helper()
		path := filepath.Join(t.TempDir(), "register.yaml")
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		r, err := readRegister(path)
		if err == nil && (!r.Lapses || len(r.Adopted) != 1 || r.Organisations[0].Mandate != "bestuurder" || r.Organisations[0].LeftAt != "2026-09-01") {
			t.Errorf("register = %+v", r)
		}
		return err
	}
	if err := read(t, good); err != nil {
		t.Errorf("readRegister = %v", err)
	}
	for _, c := range []struct{ name, from, to, want string }{
		{"left on no day", "left_at: '2026-09-01'", "left_at: morgen", "organisations[0].left_at"},
		{"signed on no day", "'2025-09-01'", "'2025-09-31'", "organisations[0].signed_at"},
		{"adopted by nobody", "by: stuurgroep", "by: ''", "adopted[0]"},
		{"adopted on no day", "on: '2026-01-15'", "on: '2026-02-30'", "adopted[0]"},
		{"an appointment elsewhere", "organisation: school-a, sector", "organisation: school-b, sector", "appointments[0].organisation"},
		{"an unknown sector", "sector: education", "sector: politie", "appointments[0].sector"},
		{"an unknown field", "mandate:", "mandaat:", "mandaat"},
	} {
		if err := read(t, strings.Replace(good, c.from, c.to, 1)); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: readRegister = %v, want an error at %s", c.name, err, c.want)
		}
	}
}

func TestTheSampleOfTheDirectoryIsValid(t *testing.T) {
	r, err := readRegister("../../deploy/directory.yaml")
	if err != nil {
		t.Fatal(err)
	}
	known := map[bot.PersonID]bool{}
	for _, p := range r.People {
		known[p.ID] = true
	}
	for _, o := range r.Organisations {
		if !known[o.DPO] || !known[o.Appointee] {
			t.Errorf("%s names somebody who is not in the sample: %s, %s", o.ID, o.DPO, o.Appointee)
		}
	}
}
