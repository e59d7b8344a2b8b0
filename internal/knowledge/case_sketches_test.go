package knowledge

import (
	"slices"
	"testing"
)

// sketches are cases as people type them in a chat. Every fact that is said must
// be recognised, and none that is not.
var sketches = []struct {
	text string
	want Case
}{
	{"mag ik als ib'er het verslag van de jeugdarts van een 15-jarige aan de leerplichtambtenaar geven, moeder wil niet", Case{Shares: true, Age: 15, Sector: "education", Kind: "health", Recipients: []string{"attendance"}}},
	{"ib'er hier, kind 8 jr, diagnose adhd, mag ik dat doorgeven aan het wijkteam?", Case{Shares: true, Age: 8, Sector: "education", Kind: "health", Recipients: []string{"neighbourhood_team"}}},
	{"Ik werk bij het samenwerkingsverband. Mag ik de TLV-stukken met de diagnose naar jeugdhulp sturen? Leerling is 17.", Case{Shares: true, Age: 17, Sector: "swv", Kind: "health", Recipients: []string{"youth_care"}}},
	{"lpa vraagt mij als mentor om het verzuim van een meid van 14, mag ik dat mailen?", Case{Shares: true, Age: 14, Sector: "education", Kind: "ordinary", Recipients: []string{"attendance"}}},
	{"mag onze jeugdverpleegkundige het vaccinatieoverzicht van een kleuter van 5 aan school geven", Case{Shares: true, Age: 5, Sector: "youth_health", Kind: "health", Recipients: []string{"education"}}},
	{"Ben leerplichtambtenaar. Kan ik een pv van een jongen van zestien in het kanaal zetten?", Case{Shares: true, Age: 16, Sector: "attendance", Kind: "criminal"}},
	{"wij zijn een jeugdhulpaanbieder, een cliënt van 19 wil dat zijn behandelplan naar zijn school gaat. mogen we het sturen", Case{Shares: true, Age: 19, Sector: "youth_care", Kind: "health", Recipients: []string{"education"}}},
	{"als juf van groep 7, kind van 10, ouders hebben schulden. mag ik dat tegen het wijkteam vertellen?", Case{Shares: true, Age: 10, Sector: "education", Kind: "sensitive", Recipients: []string{"neighbourhood_team"}}},
	{"mag ik het bsn van een leerling van 12 in de groepsapp zetten", Case{Shares: true, Age: 12, Kind: "bsn"}},
	{"gezinsvoogd wil weten wat de cijfers zijn van een 13 jarige, mag ik als mentor die delen", Case{Shares: true, Age: 13, Sector: "education", Kind: "sensitive", Recipients: []string{"youth_care"}}},
	{"ik ben schoolarts, mag ik leerplicht vertellen dat een meisje van 15 depressief is", Case{Shares: true, Age: 15, Sector: "youth_health", Kind: "health", Recipients: []string{"attendance"}}},
	{"Mag ik vanuit het wijkteam de thuissituatie van een gezin met een kind van 9 bespreken met school?", Case{Shares: true, Age: 9, Sector: "neighbourhood_team", Kind: "sensitive", Recipients: []string{"education"}}},
	{"mentor hier. leerling (17) blowt en heeft een taakstraf, mag jeugdzorg dat van mij horen", Case{Shares: true, Age: 17, Sector: "education", Kind: "criminal", Recipients: []string{"youth_care"}}},
	{"kan de psycholoog van jeugdhulp het onderzoeksverslag van mijn leerling van 11 aan mij geven, ik ben ib", Case{Shares: true, Age: 11, Sector: "youth_care", Kind: "health", Recipients: []string{"education"}}},
	{"mag de school het adres en telefoonnummer van ouders doorgeven aan leerplicht", Case{Shares: true, Age: -1, Sector: "education", Kind: "ordinary", Recipients: []string{"attendance"}}},
	{"ik wil als zorgcoördinator een verslag over de medicatie van een 16jarige delen met de huisarts", Case{Shares: true, Age: 16, Sector: "education", Kind: "health", Recipients: []string{"outside"}, Outside: true}},
	{"mag de leerplichtambtenaar aan de sportclub vertellen dat een jongen van 15 spijbelt?", Case{Shares: true, Age: 15, Sector: "attendance", Kind: "ordinary", Recipients: []string{"outside"}, Outside: true}},
	{"Wij van het SWV willen het IQ van een kind (7 jaar) naar de gemeente mailen. Toegestaan?", Case{Shares: true, Age: 7, Sector: "swv", Kind: "health"}},
	{"mag ik een incident op het plein met een leerling van 12 melden in het mdo? ik ben directeur", Case{Shares: true, Age: 12, Sector: "education", Kind: "sensitive"}},
	{"namens jeugdgezondheidszorg: mag een groeicurve van een tienjarige naar de intern begeleider", Case{Shares: true, Age: 10, Sector: "youth_health", Kind: "health", Recipients: []string{"education"}}},
	{"therapeut hier, cliënt is net 12 geworden, moeder zegt ja vader zegt nee, mag ik mijn behandelverslag aan school geven?", Case{Shares: true, Age: 12, Sector: "youth_care", Kind: "health", Recipients: []string{"education"}}},
	{"vader wil het dossier, dochter is 16, mag ik dat als mentor aan hem geven", Case{Shares: true, Age: 16, Sector: "education"}},
	{"mag ik als ambulant begeleider tegen de mentor zeggen dat een puber van veertien angsten heeft", Case{Shares: true, Age: 14, Sector: "youth_care", Kind: "health", Recipients: []string{"education"}}},
	{"kunnen wij als basisschool de scheiding van ouders noemen in het zorgteam met leerplicht en ggd erbij", Case{Shares: true, Age: -1, Sector: "education", Kind: "sensitive", Recipients: []string{"attendance", "youth_health"}}},
	{"de jeugdarts vraagt het zorgdossier van een leerling van 13 op, mag ik het als school opsturen", Case{Shares: true, Age: 13, Sector: "education", Recipients: []string{"youth_health"}}},
	{"ik ben gezinscoach. mag ik de wijkagent zeggen dat een jongen van 17 is opgepakt", Case{Shares: true, Age: 17, Sector: "neighbourhood_team", Kind: "criminal", Recipients: []string{"outside"}, Outside: true}},
	{"mag jeugdhulp aan het samenwerkingsverband doorgeven dat een kind van 6 autisme heeft", Case{Shares: true, Age: 6, Sector: "youth_care", Kind: "health", Recipients: []string{"swv"}}},
	{"leerplicht hier, mag ik verzuimcijfers van een achttienjarige met school bespreken?", Case{Shares: true, Age: 18, Sector: "attendance", Kind: "ordinary", Recipients: []string{"education"}}},
	{"mag ik de eetstoornis van mijn mentorleerling (15) noemen in het casuskanaal", Case{Shares: true, Age: 15, Sector: "education", Kind: "health"}},
	{"Een collega van het buurtteam wil het politierapport over een meisje van 14. Mag school dat geven?", Case{Shares: true, Age: 14, Sector: "education", Kind: "criminal", Recipients: []string{"neighbourhood_team"}}},
	{"hoe oud moet een kind zijn om zelf te tekenen", Case{Age: -1}},
	{"hoe lang bewaart de school een dossier na 2 jaar", Case{Age: -1, Sector: "education"}},
	{"mogen we met 6 mensen in een mdo", Case{Age: -1}},
	{"binnen 14 dagen reageren, geldt dat ook voor leerplicht", Case{Age: -1, Sector: "attendance"}},
	{"mag ik 3 verslagen tegelijk uploaden", Case{Shares: true, Age: -1}},
	{"kind zit in groep 8, mag ik als leerkracht zijn adres aan leerplicht geven", Case{Shares: true, Age: -1, Sector: "education", Kind: "ordinary", Recipients: []string{"attendance"}}},
	{"oma vraagt naar de diagnose van een meisje van 9, mag de ib-er die vertellen", Case{Shares: true, Age: 9, Sector: "education", Kind: "health", Recipients: []string{"outside"}, Outside: true}},
	{"mag ik de nieuwe school vertellen dat een leerling van 12 epilepsie heeft, ik ben zijn huidige mentor", Case{Shares: true, Age: 12, Sector: "education", Kind: "health", Recipients: []string{"outside"}, Outside: true}},
	{"ben jeugdbeschermer, ots, kind 10. mag ik de school inlichten over de zorgen thuis", Case{Shares: true, Age: 10, Sector: "youth_care", Kind: "sensitive", Recipients: []string{"education"}}},
	{"mag de ggd mijn leerling van 16 zijn ritalin bespreken met het swv", Case{Shares: true, Age: 16, Sector: "youth_health", Kind: "health", Recipients: []string{"swv"}}},
	{"ouders gescheiden, zoon 15, moeder wil niet dat vader het verzuim hoort, mag leerplicht het vader zeggen?", Case{Shares: true, Age: 15, Sector: "attendance", Kind: "ordinary"}},
	{"mag ik als schoolmaatschappelijk werker de schulden van ouders van een 8 jarige met de mentor bespreken", Case{Shares: true, Age: 8, Sector: "youth_care", Kind: "sensitive", Recipients: []string{"education"}}},
	{"Is het oké als ik, orthopedagoog bij een zorgaanbieder, testuitslagen van een kind van 11 mail naar de leerkracht?", Case{Shares: true, Age: 11, Sector: "youth_care", Kind: "health", Recipients: []string{"education"}}},
	{"lpa: mag ik het wijkteam de naam geven van een jongere van 17 die niet ingeschreven staat", Case{Shares: true, Age: 17, Sector: "attendance", Kind: "ordinary", Recipients: []string{"neighbourhood_team"}}},
	{"mag de rmc-medewerker aan het mbo doorgeven dat iemand van 20 psychische klachten heeft", Case{Shares: true, Age: 20, Sector: "attendance", Kind: "health", Recipients: []string{"education"}}},
	{"kan ik als docent het gedrag van een leerling van dertien delen met de jeugdarts", Case{Shares: true, Age: 13, Sector: "education", Kind: "health", Recipients: []string{"youth_health"}}},
	{"een hulpverlener mailt mij een behandelplan van een kind v 14, mag ik (ib) dat doorsturen naar lpa", Case{Shares: true, Age: 14, Sector: "education", Kind: "health", Recipients: []string{"attendance"}}},
	{"mag 't cjg weten dat een kind vn 7 slecht slaapt? ik ben van school", Case{Shares: true, Age: 7, Sector: "education", Recipients: []string{"neighbourhood_team"}}},
	{"mag ik de namen van de ouders aan de ggz behandelaar geven, ik werk op een school", Case{Shares: true, Age: -1, Sector: "education", Kind: "ordinary", Recipients: []string{"youth_care"}}},
	{"wij willen een foto van een kind van 6 in de krant zetten, mag dat als school", Case{Shares: true, Age: 6, Sector: "education", Recipients: []string{"outside"}, Outside: true}},
	{"mag de kinderopvang van mij als jeugdverpleegkundige horen dat een peuter van 3 achterloopt", Case{Shares: true, Age: 3, Sector: "youth_health", Recipients: []string{"outside"}, Outside: true}},
	{"jongen is bijna 16, morgen jarig, mag school zijn diagnose nog met moeder bespreken", Case{Shares: true, Age: 15, Sector: "education", Kind: "health"}},
	{"Mag een school aan jeugdhulp vertellen dat een leerling van 15 in een detentie zat?", Case{Shares: true, Age: 15, Sector: "education", Kind: "criminal", Recipients: []string{"youth_care"}}},
	{"wat doet een jeugdarts", Case{Age: -1, Sector: "youth_health"}},
	{"wie zit er in een zat", Case{Age: -1}},
	{"is een verwijzing naar halt iets wat ik als leerplichtambtenaar in een mdo mag noemen", Case{Shares: true, Age: -1, Sector: "attendance", Kind: "criminal"}},
	{"mag de consulent van het swv het groeidocument van een kind van 8 delen met de ambulant begeleider", Case{Shares: true, Age: 8, Sector: "swv", Recipients: []string{"youth_care"}}},
	{"kind vijftien jaar, blind, mag ik dat als mentor aan het stagebedrijf zeggen", Case{Shares: true, Age: 15, Sector: "education", Kind: "health", Recipients: []string{"outside"}, Outside: true}},
	{"hoi, ik ben van jeugdzorg, client 17, mag ik zonder ouders haar verslag met school delen", Case{Shares: true, Age: 17, Sector: "youth_care", Recipients: []string{"education"}}},
	{"mag ik een leerling van 21 zijn verzuim bespreken met zijn ouders? ben mentor mbo", Case{Shares: true, Age: 21, Sector: "education", Kind: "ordinary"}},
}

func TestSketchesAreRecognised(t *testing.T) {
	if len(sketches) < 60 {
		t.Fatalf("%d sketches, want 60 or more", len(sketches))
	}
	facts, right := 0, 0
	for _, s := range sketches {
		got := Recognise(s.text)
		for _, f := range []struct {
			name string
			ok   bool
		}{
			{"shares", got.Shares == s.want.Shares}, {"age", got.Age == s.want.Age}, {"kind", got.Kind == s.want.Kind},
			// Who is who matters only where something is shared.
			{"sector", !s.want.Shares || got.Sector == s.want.Sector},
			{"recipients", !s.want.Shares || slices.Equal(got.Recipients, s.want.Recipients) && got.Outside == s.want.Outside},
		} {
			facts++
			if f.ok {
				right++
			} else {
				t.Errorf("%q: %s: recognised %+v, want %+v", s.text, f.name, got, s.want)
			}
		}
	}
	t.Logf("%d of %d facts right", right, facts)
}
