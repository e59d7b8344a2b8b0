package bot_test

import (
	"testing"

	"github.com/convenantbot/convenantbot/bot"
	"github.com/convenantbot/convenantbot/bot/text"
)

// Who reads the log at the overview reads words, in every language of the catalogue.
func TestEveryActHasANameInBothLanguages(t *testing.T) {
	t.Parallel()
	for _, l := range []text.Lang{text.NL, text.EN} {
		by := map[string]bot.Act{}
		for _, a := range bot.Acts() {
			name := text.For(l, text.ActName(string(a)))
			if name == string(a) || name == "" {
				t.Errorf("%s: %s has no name", l, a)
			}
			if other, ok := by[name]; ok {
				t.Errorf("%s: %s and %s are both %q", l, a, other, name)
			}
			by[name] = a
		}
	}
	if got := text.ActName("something_new"); got != "something_new" {
		t.Errorf("an act that is not in the catalogue is %q", got)
	}
}

func TestTheLogIsReadInWordsWithTheCodeBeside(t *testing.T) {
	t.Parallel()
	d := newDash(t)
	d.open(newCasus())
	d.settle()
	v := d.mustSee(d.enter(fgSchool), asSchool, "logboek")
	seen := 0
	for _, tb := range v.Tables {
		for _, r := range tb.Rows {
			if c := r.Cells[3]; c.Key == "" || c.Text == c.Key || c.Is != bot.CellText {
				t.Errorf("an act is shown as %+v", c)
			}
			seen++
		}
	}
	if seen == 0 {
		t.Fatal("the log is empty; the test shows nothing")
	}
}

// What the rules said is told by them; what they do not know any more stays its code.
func TestAReasonOfTheRulesIsToldInTheirWords(t *testing.T) {
	t.Parallel()
	b := newDash(t).bot.Judge.Bundle()
	for _, c := range b.Codes() {
		for _, allowed := range []bool{false, true} {
			if r, ok := b.Reason(c, allowed); !ok || text.Gist(r.Text) == "" {
				t.Errorf("%s has no words: %+v", c, r)
			}
		}
	}
	no, _ := b.Reason("M40", false)
	yes, _ := b.Reason("M40", true)
	if no.Text == yes.Text {
		t.Errorf("a yes and a no of M40 say the same: %q", no.Text)
	}
	if r, ok := b.Reason("M99", false); ok {
		t.Errorf("a code that is not there: %+v", r)
	}
}
