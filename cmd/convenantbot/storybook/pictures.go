package storybook

// Picture is a picture in the handbook: a piece of a page of the storybook, so that
// it shows what the product shows and can be taken anew.
type Picture struct {
	Chapter string // of the handbook; the file is named after it
	Page    string // of the storybook
	Query   string // the piece of it that is shown
	Width   int    // of the window, in CSS pixels
	Alt     string // what is to be seen, for who does not see it
}

// Pictures are those of the handbook, one for each task. `make pictures` takes
// them anew.
func Pictures() []Picture {
	form := func(chapter, sheet, name, alt string) Picture {
		return Picture{chapter, "formulier-" + sheet + ".html", `[aria-labelledby="` + name + `"] .dialog`, 600, alt}
	}
	page := func(chapter, file string, width int, alt string) Picture {
		return Picture{chapter, file, "body", width, alt}
	}
	return []Picture{
		form("vragen", "vragen", "may_share", "Het formulier dat je vraagt vanuit welke rol je deelt, en over wie het gaat."),
		form("starten", "starten", "open", "Het begin van het formulier voor een nieuw overleg, met het soort overleg en het doel."),
		form("deelnemers", "deelnemers", "invite", "Het formulier om iemand toe te voegen. Het vraagt wie, en wie daarmee instemde."),
		form("toestemming", "toestemming", "consent", "Het formulier voor een ja of nee. Het vraagt wie iets zei, voor wie het geldt en over welke gegevens."),
		page("kaart", "pagina-kaart-ouder-nl.html", 420, "De kaart van een ouder op een telefoon, met wat de ouder nog kan beslissen."),
		form("delen", "delen", "classify", "Het formulier dat vraagt wat er in een bestand staat, voordat iemand het ziet."),
		form("uitzondering", "uitzondering", "ask_exception", "Het formulier waarmee je om een uitzondering vraagt, met de reden waarom het nodig is."),
		page("kluis", "pagina-kluis-lezen.html", 600, "Een document uit de kluis. De naam van wie leest, staat er doorheen."),
		form("overleg", "overleg", "point", "Het formulier voor een afspraak: wat er moet gebeuren, wie het doet en wanneer het klaar is."),
		page("afsluiten", "pagina-plan.html", 760, "Het plan: een kalender met wat er op welke dag wordt bewaard of gewist."),
		form("gegevens", "gegevens", "data", "Het formulier voor een vraag over gegevens: wat de vraag is en over wie het gaat."),
		page("overzicht", "pagina-overzicht-begin.html", 760, "Het overzicht, met bovenaan hoeveel overleggen open staan en wat aandacht vraagt."),
		form("toezicht", "toezicht", "staff", "Het formulier waarmee je zegt wie er voor je organisatie werkt."),
	}
}
