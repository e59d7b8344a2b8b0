package main

import (
	"strings"
	"testing"

	"github.com/convenantbot/convenantbot/bot"
)

func TestTheRegisterComesFromTheSettingsAndSaysWhatIsMissing(t *testing.T) {
	_, settings, _ := install(t)
	text := mustRun(t, 0, "report", "register", "--config", settings)
	for _, want := range []string{"AVG art. 30", "35 dagen", "66 dagen", "sqlite", "Ijkpunten ervan staan buiten", "sha256:", "nog geen organisaties"} {
		if !strings.Contains(text, want) {
			t.Errorf("it lacks %q:\n%s", want, text)
		}
	}
}

func TestAYearsFiguresShowNoSmallNumbers(t *testing.T) {
	_, settings, open := install(t)
	s := open()
	for i := range 7 {
		if err := s.Update(t.Context(), func(tx bot.Tx) error {
			_, err := tx.Record(bot.Entry{At: now(), Act: bot.ActCasusOpened})
			if i < 2 {
				_, err = tx.Record(bot.Entry{At: now(), Act: bot.ActIncident})
			}
			return err
		}); err != nil {
			t.Fatal(err)
		}
	}
	s.Close()
	text := mustRun(t, 0, "report", "year", "--config", settings)
	if !strings.Contains(text, "casus_opened: 7") || !strings.Contains(text, "incident_reported: minder dan 5") {
		t.Errorf("figures:\n%s", text)
	}
	if text := mustRun(t, 0, "report", "year", "2020", "--config", settings); strings.Contains(text, ":") {
		t.Errorf("a year without acts:\n%s", text)
	}
}
