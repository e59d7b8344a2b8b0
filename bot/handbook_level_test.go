package bot_test

import (
	"regexp"
	"strings"
	"testing"

	"github.com/convenantbot/convenantbot/bot"
)

// level is how hard a Dutch text reads.
type level struct {
	words     int
	sentence  float64 // words in a sentence, on average
	longest   int     // words in the longest one
	long      float64 // part of the words of twelve letters or more
	syllables float64 // in a word, on average
}

// ease is the formula of Douma for Dutch, after that of Flesch: from 0, which
// only experts read, to 100. Plain writing for everybody is 60 and more.
func (l level) ease() float64 { return 206.835 - 0.93*l.sentence - 77*l.syllables }

var (
	code     = regexp.MustCompile("`[^`]*`")
	ends     = regexp.MustCompile(`[.!?:](\s|$)|\n\n|\n- `)
	vowels   = regexp.MustCompile(`(?i)aai|ooi|oei|eeu|ieu|aa|ee|oo|uu|ie|oe|eu|ui|ij|ei|au|ou|[aeiouyëïöüéè]`)
	anyWords = regexp.MustCompile(`[\p{L}'-]+`)
)

// levelOf counts. What is typed as a command is no word to be read.
func levelOf(text string) level {
	var l level
	text = strings.ReplaceAll(code.ReplaceAllString(text, "opdracht"), "**", "")
	sentences, long, syllables := 0, 0, 0
	for _, sentence := range ends.Split(text, -1) {
		words := anyWords.FindAllString(sentence, -1)
		if len(words) == 0 {
			continue
		}
		sentences++
		l.words += len(words)
		l.longest = max(l.longest, len(words))
		for _, w := range words {
			if len([]rune(w)) >= 12 {
				long++
			}
			syllables += max(1, len(vowels.FindAllString(w, -1)))
		}
	}
	if l.words == 0 {
		return l
	}
	l.sentence, l.long, l.syllables = float64(l.words)/float64(sentences), float64(long)/float64(l.words), float64(syllables)/float64(l.words)
	return l
}

// What reads as B1: measured on our own pages, and on the sentences below that
// are too hard. A formula sees no meaning, so this is a floor and no proof.
const (
	leastEase    = 60.0
	mostSentence = 14.0
	mostLongest  = 26
	mostLong     = 0.12
)

func tooHard(l level) bool {
	return l.ease() < leastEase || l.sentence > mostSentence || l.longest > mostLongest || l.long > mostLong
}

func TestTheHandbookReadsAtB1(t *testing.T) {
	pages := map[string]string{}
	for _, p := range bot.HandbookPages() {
		pages[p.Name] = p.Body
		for _, c := range p.Commands {
			pages[p.Name] += "\n\n" + c.Help
		}
	}
	for _, r := range bot.HandbookRoles() {
		pages["for "+r.Name] = r.Body
	}
	for name, text := range pages {
		l := levelOf(text)
		if l.words < 20 {
			t.Errorf("%s has %d words", name, l.words)
		}
		if tooHard(l) {
			t.Errorf("%s is too hard: ease %.0f (at least %.0f), %.1f words in a sentence (%.0f), the longest %d (%d), %.0f%% long words (%.0f%%)",
				name, l.ease(), leastEase, l.sentence, mostSentence, l.longest, mostLongest, 100*l.long, 100*mostLong)
		}
	}
}

func TestWhatIsTooHardToReadIsSeen(t *testing.T) {
	for name, text := range map[string]string{
		"an office":       "Gegevensverstrekking geschiedt uitsluitend indien toestemmingverlening aantoonbaar heeft plaatsgevonden overeenkomstig de geldende verwerkingsvoorwaarden.",
		"one long breath": "Als je een bestand in het kanaal zet dan houd ik het eerst vast en vraag ik jou wat erin staat en als het mag dan plaats ik het voor je en als het niet mag dan zeg ik waarom.",
		"long words":      "De leerplichtambtenaar spreekt de gedragswetenschapper. De procesregisseur mailt de contactpersoon. De vertrouwenspersoon belt.",
	} {
		if l := levelOf(text); !tooHard(l) {
			t.Errorf("%s reads as easy: %+v, ease %.0f", name, l, l.ease())
		}
	}
	for name, text := range map[string]string{
		"plain":              "Zet het bestand in het kanaal. Ik houd het eerst vast. Mag het, dan plaats ik het voor je.",
		"with a command":     "Typ `/casus deelnemer-toevoegen-aan-het-overleg` en vul in wie er mee doet.",
		"with a hard word":   "De procesregisseur sluit het overleg. Daarna ruim ik op. Wie iets mist, kan dat nu nog zeggen.",
		"a list":             "Dit kan:\n- een vraag stellen\n- een bestand delen\n- het overleg sluiten",
		"a bold word":        "Zet **geen** naam in een bericht. Dat is niet veilig.",
		"long with a stop":   "Je ziet wie er nog ja moet zeggen. Dat kan een ouder zijn, of de jongere zelf. Ik zeg erbij hoe je dat vraagt.",
		"everyday long word": "Vraag het aan je leidinggevende. Die weet het wel, en anders bel je met ons.",
	} {
		if l := levelOf(text); tooHard(l) {
			t.Errorf("%s reads as hard: %+v, ease %.0f", name, l, l.ease())
		}
	}
	for word, want := range map[string]int{"school": 1, "ouder": 2, "toestemming": 3, "meeuw": 1, "gezien": 2, "beïnvloed": 3, "Noor": 1} {
		if got := levelOf(word); int(got.syllables) != want {
			t.Errorf("%s has %.0f syllables, want %d", word, got.syllables, want)
		}
	}
}
