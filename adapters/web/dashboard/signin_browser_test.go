package dashboard_test

import (
	"testing"

	"github.com/convenantbot/convenantbot/adapters/web/dashboard"
	"github.com/convenantbot/convenantbot/internal/browsertest"
)

// In a browser: the provider is another site, and so what the browser shows to whom,
// and where a page of ours may lead, is the browser's own to decide.
func TestSomebodySignsInAndOutInABrowser(t *testing.T) {
	o := newOffice(t)
	b := browsertest.Start(t)

	// Signed out, she wanted to see the casussen.
	p := b.Open(o.at+"/overzicht/fg/school-a/casussen", 1280, 900)
	p.Sees("h1", "Je bent uitgelogd")
	p.Axe("signed out, with another way in")
	p.Fits("signed out, with another way in")
	p.Calm("answer 401", "status of 401")
	p.May(o.provider.Issuer)
	p.Follow("a.hoofd", "Log in met Organisatie")
	p.Sees("h1", "Organisation sign-in")
	p.Follow("button[value=ingrid]", "")
	p.Until("the view that she wanted", `() => location.pathname === "/overzicht/fg/school-a/casussen" && !!document.querySelector("header .pet")`)
	p.Calm()

	// Back is no way to use it again.
	p.Follow("header button", "Uitloggen")
	p.Sees("h1", "Je bent uitgelogd")
	p.Sees("main", "Log ook uit bij Organisatie")
	p.Axe("signed out by oneself")
	p.Resize(360, 740)
	p.Fits("signed out by oneself, on a phone")
	p.Calm()

	// Somebody whom the bot does not know.
	other := b.Another().Open(o.at+dashboard.Front, 800, 700)
	other.Sees("h1", "Inloggen")
	other.Axe("the page to sign in")
	other.Fits("the page to sign in")
	other.Shoot("overzicht-inloggen")
	other.May(o.provider.Issuer)
	other.Follow("a.hoofd", "Log in met Organisatie")
	other.Follow("button[value=noor]", "")
	other.Sees("h1", "De bot kent je hier niet")
	other.Sees("main code", "noor")
	other.Axe("somebody who is not known")
	other.Fits("somebody who is not known")
	other.Shoot("overzicht-inloggen-onbekend")
	// The provider knows her by this account, and asks again all the same: she has
	// another one, which is known.
	other.Follow("a.hoofd", "Kies een ander account")
	other.Sees("h1", "Organisation sign-in")
	other.Follow("button[value=ingrid]", "")
	other.Until("the overview, with the other account", `() => location.pathname.startsWith("/overzicht/") && !!document.querySelector("header .pet")`)
	other.Calm("answer 403", "status of 403")

	// The provider is away.
	o.provider.Stop()
	third := newOffice(t)
	third.provider.Stop()
	away := b.Another().Open(third.at+dashboard.Front, 800, 700)
	away.Follow("a.hoofd", "Log in met Organisatie")
	away.Sees("h1", "De inlogdienst is er nu niet")
	away.Sees("main", "/convenant overzicht")
	away.Axe("the provider is away")
	away.Shoot("overzicht-inloggen-weg")
	away.Calm("answer 503", "status of 503")
}
