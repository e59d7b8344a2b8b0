package region_test

import (
	"strings"
	"testing"

	"github.com/convenantbot/convenantbot/rules/region"
)

func TestADayIsInAHolidayFromItsFirstToItsLast(t *testing.T) {
	p := mustPacks(t)["amersfoort"]
	for day, want := range map[string]string{"2026-10-16": "", "2026-10-17": "herfstvakantie", "2026-10-25": "herfstvakantie", "2026-10-26": "",
		"2027-01-03": "kerstvakantie", "2027-01-04": ""} {
		if h, in := p.HolidayOn(day); h.Name != want || in != (want != "") {
			t.Errorf("%s is in %q, want %q", day, h.Name, want)
		}
	}
}

func TestWhatIsWrongWithAHolidayIsSaid(t *testing.T) {
	line := func(name, from, to string) string {
		return "  - {name: " + name + ", from: \"" + from + "\", to: \"" + to + "\", source: x, mark: O}\n"
	}
	for want, lines := range map[string]string{
		"must be days":                   line("herfst", "17-10-2026", "2026-10-25"),
		"must end after it begins":       line("herfst", "2026-10-25", "2026-10-17"),
		"last at most":                   line("zomer", "2026-07-17", "2027-08-29"),
		"begins before herfst has ended": line("herfst", "2026-10-17", "2026-10-25") + line("kerst", "2026-10-25", "2026-10-26"),
	} {
		_, err := region.Load("model.yaml", []byte(mustText(t)+"\nholidays:\n"+lines))
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q gives %v, want %q", lines, err, want)
		}
	}
}
