package bot_test

import (
	"strings"
	"testing"

	"github.com/convenantbot/convenantbot/bot/text"
)

// Parents and young people read the page of a card, and nobody explains it to them:
// each of its texts is short, and together they are plainer than the handbook.
func TestThePageOfACardReadsAtB1(t *testing.T) {
	nl, ok := text.PageLangCalled("nl")
	if !ok {
		t.Fatal("the page is not in Dutch")
	}
	var all []string
	for _, code := range text.PageCodes() {
		said := nl.Say(code)
		all = append(all, said)
		if l := levelOf(said); l.longest > 18 || l.words >= 20 && tooHard(l) {
			t.Errorf("%s is too hard: ease %.0f, %.1f words in a sentence, the longest %d: %s", code, l.ease(), l.sentence, l.longest, said)
		}
	}
	l := levelOf(strings.Join(all, "\n\n"))
	if l.words < 300 {
		t.Errorf("the page has %d words; the test does not read it", l.words)
	}
	if tooHard(l) || l.sentence > 10 {
		t.Errorf("the page is too hard: ease %.0f (at least %.0f), %.1f words in a sentence (10), %.0f%% long words", l.ease(), leastEase, l.sentence, 100*l.long)
	}
	t.Logf("ease %.0f, %.1f words in a sentence, the longest %d, %.0f%% long words", l.ease(), l.sentence, l.longest, 100*l.long)
}
