package names_test

import (
	"testing"

	"github.com/convenantbot/convenantbot/bot/names"
)

// Measured on sentences as people write them in a list or policy room: every
// sentence that names somebody is found, and of those that name nobody none is
// stopped but what stands in knownFalse.
func TestALoneFirstNameIsFoundWhereItStandsAsAName(t *testing.T) {
	for _, s := range []string{
		"Sem komt niet meer", "sem komt niet meer", "Sem is er weer.", "Kan iemand Fatima bellen?", "Yassin zit thuis sinds maart", "Vandaag gesproken met Noa.",
		"Mees is weer op school", "Met Mees gaat het beter", "Roos mist veel lessen", "Gisteren was Roos er niet", "Storm kwam te laat", "Ik heb Storm gezien",
		"De ouders van Daan willen een gesprek", "Lotte's moeder belde", "Actie voor Milan: huisbezoek", "C-12: Emma gaat naar de tafel", "SEM KOMT NIET", "Is Julia al aangemeld",
		"Mohammed volgt les op locatie", "Zoë heeft een plek", "Wie pakt Jayden op?", "voor Tess? nee, voor Sanne", "J. Jansen staat niet ingeschreven", "S. de Vries is verhuisd", "bij S. Bakker", "A. van Dijk belt terug",
		"mevrouw Ingrid neemt contact op", "Bram, die van groep 8", "Mark vraagt om hulp", "Gesprek met Jan gehad", "Lente is verhuisd", "ook lieke komt niet",
	} {
		if len(names.FindFirst(s)) == 0 {
			t.Errorf("%q names somebody and was let through", s)
		}
	}
}

func TestOrdinarySentencesOfAPolicyRoomPass(t *testing.T) {
	wrong := 0
	plain := []string{
		"Mees en merel zijn vogels in het park", "De mees bouwt een nest", "Roos uit de tuin", "Een storm op komst", "Storm: de school is dicht", "Na de storm was het dak stuk",
		"Maandag overleg", "Dinsdag is de inspectie er", "Woensdag om tien uur", "Donderdag vrij", "Vrijdag sluiten we af", "Zaterdag en zondag niet", "In mei beginnen we", "April en juni tellen niet mee",
		"Augustus is vakantie", "Gemeente Amersfoort levert de cijfers", "Leusden en Soest sluiten aan", "Best, Mill en Ede doen niet mee", "Overleg in Leiden", "Baarn heeft zes thuiszitters",
		"De TOM-tafel is verplaatst", "TOM tafel po begint om negen uur", "Tom-tafel op dinsdag", "Sint Jan is gesloten", "Basisschool Anna van Rijn doet mee", "Het Johan Cruijffplein is afgesloten",
		"De Anne Frankschool stuurt de lijst", "Emmalaan 4 is de nieuwe locatie", "Max 10 per klas", "Maximaal tien", "Wil je de cijfers sturen", "Willen jullie meedenken", "De jeugdarts belt", "Leerplicht komt langs",
		"De intern begeleider van school is ziek", "Het samenwerkingsverband De Eem vraagt uitstel", "Nova College doet mee", "Wie neemt de notulen?", "Optie A. Daarna kijken we verder", "Bijlage B. De cijfers", "Groep C. Kosten",
		"Mark de datum in je agenda", "Markt en straat zijn vrij", "Lente en zomer zijn druk", "De lente begint", "Zon en maan", "Hoop doet leven", "Jan. tot dec.", "Per jan. 2027", "Job aanbod voor jongeren groeit",
		"AKB-12 wacht op een plek", "C-12 is klaar", "Stan en regels", "Een bo diploma", "Het per leerling bekostigen", "Ton ligt vast", "Twaalf leerlingen, acht scholen", "Verzuim daalt met 4 procent", "Cor rectie van het verslag",
	}
	knownFalse := map[string]bool{}
	for _, s := range plain {
		if hits := names.FindFirst(s); len(hits) > 0 && !knownFalse[s] {
			wrong++
			t.Errorf("%q names nobody and was stopped at %q", s, s[hits[0].Start:hits[0].End])
		}
	}
	t.Logf("%d of %d sentences that name nobody were stopped", wrong, len(plain))
}
