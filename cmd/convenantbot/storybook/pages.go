package storybook

import (
	"bytes"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"regexp"
	"strings"

	"github.com/convenantbot/convenantbot/adapters/web"
	"github.com/convenantbot/convenantbot/adapters/web/card"
	"github.com/convenantbot/convenantbot/adapters/web/dashboard"
	webpage "github.com/convenantbot/convenantbot/adapters/web/page"
	"github.com/convenantbot/convenantbot/adapters/web/vault"
	"github.com/convenantbot/convenantbot/bot"
	"github.com/convenantbot/convenantbot/bot/pincode"
	"github.com/convenantbot/convenantbot/bot/text"
)

// take asks a handler for a page and keeps it as a file, without its scripts, and
// with its links leading nowhere: what it would ask of the bot is not there.
func (m *maker) take(h http.Handler, r *http.Request, name string, style map[string]string) (string, error) {
	w := &answer{head: http.Header{}}
	h.ServeHTTP(w, r)
	if w.code >= 500 && w.code != http.StatusServiceUnavailable {
		return "", fmt.Errorf("storybook: the page %s answers %d", name, w.code)
	}
	file := "pagina-" + name + ".html"
	if _, twice := m.files[file]; twice {
		return "", fmt.Errorf("storybook: there are two pages %s", file)
	}
	m.files[file] = still(w.String(), style)
	m.asked = append(m.asked, r.URL.Path)
	return file, nil
}

var (
	scripts  = regexp.MustCompile(`(?s)<script.*?</script>`)
	hrefs    = regexp.MustCompile(`(href|src)="([^"#][^"]*)"`)
	sends    = regexp.MustCompile(` action="[^"]*"`)
	encoding = regexp.MustCompile(`(?i)<meta charset="utf-8">`)
)

// stillPolicy bars what a page without its bot does not need.
const stillPolicy = `<meta charset="utf-8"><meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; frame-src 'self'; form-action 'none'; base-uri 'none'">`

// still is a page that only shows. files are those that it may keep, by its own
// names for them.
func still(page string, files map[string]string) []byte {
	page = scripts.ReplaceAllString(page, "")
	page = sends.ReplaceAllString(page, "")
	page = hrefs.ReplaceAllStringFunc(page, func(s string) string {
		found := hrefs.FindStringSubmatch(s)
		if to, ok := files[found[2]]; ok {
			return found[1] + `="` + to + `"`
		}
		return found[1] + `="#"`
	})
	return []byte(encoding.ReplaceAllLiteralString(page, stillPolicy))
}

// asset keeps a file that pages need.
func (m *maker) asset(h http.Handler, at, name string) {
	w := &answer{head: http.Header{}}
	h.ServeHTTP(w, asked(at, ""))
	m.files[name] = w.Bytes()
}

// asked is a request of a browser, which has a session when it has a cookie.
func asked(at, cookie string) *http.Request {
	u, err := url.Parse("http://127.0.0.1:8080" + at)
	if err != nil {
		u = &url.URL{Path: at}
	}
	r := &http.Request{Method: http.MethodGet, URL: u, Host: u.Host, Header: http.Header{}, RequestURI: u.RequestURI(), Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1, Body: http.NoBody}
	if cookie != "" {
		r.AddCookie(&http.Cookie{Name: cookie, Value: "voorbeeld"})
	}
	return r
}

// cardPages are the pages of the card, in each of their languages.
func (m *maker) cardPages() ([]sheet, error) {
	site, err := webpage.NewSite("http://127.0.0.1:8080")
	if err != nil {
		return nil, err
	}
	service := &cannedCard{}
	h := card.Handler(card.Options{Site: site, Service: service, Key: []byte("storybook"), Now: sampleClock})
	m.asset(h, card.Root+"stijl.css", "kaart.css")
	s := sheet{File: "pagina-s-kaart.html", Title: "Pagina's van de ouderkaart", Chapter: "kaart", About: "Zo ziet wie een kaart heeft de pagina's, in elke taal. De teksten staan per code onder elke pagina."}
	for _, one := range []struct {
		name, title, at string
		view            func() bot.CardView
		all             bool // in every language, and not only in Dutch and English
	}{
		{"open", "Een kaart openen", "k/" + pincode.ShowCode("ABCDEFGHJKLM"), nil, true},
		{"dicht", "De kaart is gesloten", "?m=done.left", nil, false},
		{"pin", "Een eigen pincode kiezen", "", func() bot.CardView { return bot.CardView{Ref: "C-2026-0042", Status: bot.Open} }, false},
		{"jongere", "De kaart van een jongere", "", youngCard, true},
		{"ouder", "De kaart van een ouder", "?m=done.answered", parentCard, false},
		{"onbekend", "De leeftijd is niet bekend", "", func() bot.CardView { v := parentCard(); v.Unknown, v.Table = true, false; return v }, false},
		{"leeg", "Een kaart waar nog niets op staat", "", func() bot.CardView {
			return bot.CardView{Ref: "C-2026-0042", Status: bot.Open, Own: true, Table: true, SeesFile: true, ExpiresAt: sampleNow.AddDate(0, 3, 0)}
		}, false},
		{"toestemming", "Ja of nee: toestemming", "zeg/2", youngCard, false},
		{"instemming", "Ja of nee: het overleg zelf", "zeg/1", youngCard, false},
		{"bezwaar", "Bezwaar maken", "bezwaar", youngCard, false},
		{"verzoek", "Een verzoek doen", "verzoek", youngCard, false},
	} {
		service.view = one.view
		it := item{ID: one.name, Name: one.title, Words: searchable("pagina ouderkaart", one.name, one.title)}
		for _, l := range text.PageLangs() {
			if !one.all && l.Code != "nl" && l.Code != "en" {
				continue
			}
			at, err := url.Parse(card.Root + one.at)
			if err != nil {
				return nil, err
			}
			q := at.Query()
			q.Set("taal", l.Code)
			at.RawQuery = q.Encode()
			cookie := "kaart"
			if one.view == nil {
				cookie = ""
			}
			r := asked(at.String(), cookie)
			file, err := m.take(h, r, "kaart-"+one.name+"-"+l.Code, map[string]string{card.Root + "stijl.css": "kaart.css"})
			if err != nil {
				return nil, err
			}
			it.Frames = append(it.Frames, frame{file, l.Code, one.title + ": " + l.Name})
		}
		s.Items = append(s.Items, it)
	}
	return []sheet{s, m.cardWords()}, nil
}

// cardWords are the words of the card's pages, in all their languages.
func (m *maker) cardWords() sheet {
	s := sheet{File: "tekst-pagina-kaart.html", Title: "Woorden van de ouderkaart", Chapter: "kaart"}
	for _, code := range text.PageCodes() {
		one := item{ID: "kaart." + code, Name: code, Code: true}
		for _, l := range text.PageLangs() {
			one.Tongues = append(one.Tongues, tongue{l.Code, l.Dir, l.Say(code)})
			one.Words += " " + l.Say(code)
		}
		one.Words = searchable("ouderkaart", code, one.Words)
		s.Items = append(s.Items, one)
	}
	return s
}

// vaultPages are the pages of the vault.
func (m *maker) vaultPages() ([]sheet, error) {
	site, err := webpage.NewSite("http://127.0.0.1:8080")
	if err != nil {
		return nil, err
	}
	h := http.NewServeMux()
	(&vault.Pages{Site: site, Service: cannedVault{}, Drawer: cannedDrawer{}, Log: quiet}).Routes(h)
	m.asset(h, "/kluis/static/vault.css", "kluis.css")
	files := map[string]string{"/kluis/static/vault.css": "kluis.css", "blad/1": "pagina-kluis-blad.html"}
	s := sheet{File: "pagina-s-kluis.html", Title: "Pagina's van de kluis", Chapter: "kluis"}
	for _, one := range []struct{ name, title, at, cookie string }{
		{"blad", "Een blad van een document", "/kluis/s/voorbeeld/blad/1", "kluis"},
		{"klaar", "Een document openen", "/kluis/voorbeeld", ""},
		{"lezen", "Een document lezen", "/kluis/s/voorbeeld/", "kluis"},
		{"weg", "De link werkt niet meer", "/kluis/oud", ""},
		{"breng-klaar", "Een bestand inbrengen", "/breng/voorbeeld", ""},
		{"breng", "Een bestand kiezen", "/breng/s/voorbeeld/", "breng"},
		{"breng-weg", "Inbrengen kan niet meer", "/breng/oud", ""},
	} {
		file, err := m.take(h, asked(one.at, one.cookie), "kluis-"+one.name, files)
		if err != nil {
			return nil, err
		}
		s.Items = append(s.Items, item{ID: one.name, Name: one.title, Words: searchable("pagina kluis", one.title), Frames: []frame{{file, "nl", one.title}}})
	}
	return []sheet{s}, nil
}

// dashPages are the pages of the overview.
func (m *maker) dashPages() ([]sheet, error) {
	h := dashboard.Handler(dashboard.Options{Service: cannedDash{}, Health: cannedHealth, SignIn: &dashboard.SignIn{Name: school.Name}, Log: quiet})
	m.asset(h, dashboard.Root+"stijl.css", "overzicht.css")
	files := map[string]string{dashboard.Root + "stijl.css": "overzicht.css"}
	s := sheet{File: "pagina-s-overzicht.html", Title: "Pagina's van het overzicht", Chapter: "overzicht"}
	add := func(name, title, at string) error {
		file, err := m.take(h, asked(dashboard.Root+at, "overzicht"), "overzicht-"+name, files)
		s.Items = append(s.Items, item{ID: name, Name: title, Words: searchable("pagina overzicht", name, title), Frames: []frame{{file, "nl", title}}})
		return err
	}
	all := [][3]string{{"in", "Binnenkomen met de link", "in/voorbeeld"}, {"inloggen", "Inloggen met het account van je organisatie", "inloggen"}, {"in-niet", "De link werkt niet meer", "in/oud"},
		{"geen-recht", "Hier mag je niet bij", "fg/elders/begin"}, {"uit", "Uitgelogd", "fg/uit/begin"}, {"weg", "De bot is even weg", "fg/weg/begin"}}
	for _, v := range bot.DashViews() {
		all = append(all, [3]string{v, text.Dash("view_" + v), "fg/school-a/" + v})
	}
	for _, act := range dashActs {
		all = append(all, [3]string{"doe-" + act, text.Dash("do_" + act), "fg/school-a/begin/doe/" + act + "?casus=C-2026-0042&op=voorbeeld"})
	}
	for _, one := range all {
		if err := add(one[0], one[1], one[2]); err != nil {
			return nil, err
		}
	}
	return []sheet{s}, nil
}

// dashActs are what can be done on the overview.
var dashActs = []string{bot.DoHold, bot.DoRelease, bot.DoAgree, bot.DoApprove, bot.DoAdopt, bot.DoProposePlan, bot.DoRunPlan, bot.DoAdvise}

// papers are what is handed over as a page: the plan, and the receipt of an erasure.
func (m *maker) papers() ([]sheet, error) {
	var plan, receipt bytes.Buffer
	if err := web.WritePlan(&plan, samplePlan(), sampleNow); err != nil {
		return nil, err
	}
	if err := sampleReceipt().HTML(&receipt); err != nil {
		return nil, err
	}
	s := sheet{File: "pagina-s-bewaren.html", Title: "Pagina's over bewaren en wissen", Chapter: "afsluiten"}
	for _, one := range []struct {
		name, title string
		page        *bytes.Buffer
	}{{"plan", "Het bewaarplan", &plan}, {"bewijs", "Het bewijs van vernietiging", &receipt}} {
		file := "pagina-" + one.name + ".html"
		m.files[file] = still(one.page.String(), nil)
		s.Items = append(s.Items, item{ID: one.name, Name: one.title, Words: searchable("pagina", one.title), Frames: []frame{{file, "nl", one.title}}})
	}
	return []sheet{s}, nil
}

// nothing is a document without bytes.
type nothing struct{ *strings.Reader }

func (nothing) Close() error { return nil }

var _ io.ReadSeekCloser = nothing{}
