package storybook

import (
	"bytes"
	"context"
	"io"
	"log/slog"
	"net/http"
	"strings"
	"time"

	"github.com/convenantbot/convenantbot/adapters/web/card"
	"github.com/convenantbot/convenantbot/adapters/web/dashboard"
	"github.com/convenantbot/convenantbot/adapters/web/vault"
	"github.com/convenantbot/convenantbot/bot"
	"github.com/convenantbot/convenantbot/bot/text"
	"github.com/convenantbot/convenantbot/internal/render"
)

var quiet = slog.New(slog.DiscardHandler)

func sampleClock() time.Time { return sampleNow }

// answer keeps what a handler answers.
type answer struct {
	head http.Header
	bytes.Buffer
	code int
}

func (a *answer) Header() http.Header { return a.head }

func (a *answer) WriteHeader(code int) {
	if a.code == 0 {
		a.code = code
	}
}

// cannedCard answers for the bot on the pages of a card. What it does not have, no
// page that is only looked at asks for.
type cannedCard struct {
	card.Service
	view func() bot.CardView
}

func (c *cannedCard) Card(context.Context, string) (bot.CardView, bot.CardPass, error) {
	return c.view(), bot.CardPass{Pass: "voorbeeld", CSRF: "voorbeeld"}, nil
}

var (
	school = bot.CardParty{ID: "school", Name: "Basisschool De Linde"}
	team   = bot.CardParty{ID: "team", Name: "Jeugdteam Noord"}
	mother = bot.CardParty{ID: "moeder", Family: true}
)

// youngCard is the card of somebody of 16, with something of everything on it.
func youngCard() bot.CardView {
	v := parentCard()
	v.Young, v.MaySetParents, v.ParentsSee = true, true, "table"
	v.Requests = []bot.CardRequest{
		{Kind: bot.CorrectionRequest, At: sampleNow.AddDate(0, 0, -9), DueAt: sampleNow.AddDate(0, 0, 21), Text: "Mijn adres klopt niet meer."},
		{Kind: bot.AccessRequest, At: sampleNow.AddDate(0, -2, 0), Text: "Wat weten jullie van mij?", Done: true, Outcome: "provided", Note: "Je krijgt het op papier."},
	}
	return v
}

func parentCard() bot.CardView {
	day := func(n int) time.Time { return sampleNow.AddDate(0, 0, n) }
	ask := bot.CardAsk{Discloser: "team", Name: "Jeugdteam Noord", Kinds: []bot.DataKind{bot.Ordinary, bot.Health}, Recipients: []bot.CardParty{school, mother},
		State: map[string]bot.Decision{bot.CardCell(bot.Ordinary, "school"): bot.Given}}
	return bot.CardView{Ref: "C-2026-0042", Kind: bot.MDO, Status: bot.Open, Own: true, ExpiresAt: day(90), Table: true, Purpose: "een ondersteuningsplan maken",
		Seats:    []bot.CardSeat{{ID: "1", Function: "intern begeleider", Organisation: school.Name}, {ID: "2", Function: "gedragswetenschapper", Organisation: team.Name}},
		SeesFile: true, Shared: []bot.CardShared{
			{At: day(-12), Kinds: []bot.DataKind{bot.Ordinary}, Function: "intern begeleider", Organisation: school.Name},
			{At: day(-5), Kinds: []bot.DataKind{bot.Health}, Mine: true}, {At: day(-4), Kinds: []bot.DataKind{bot.Sensitive}, Function: "gedragswetenschapper", Organisation: team.Name, Hidden: true}},
		Answers: []bot.CardAnswer{
			{Value: "a", Agreement: true, Decision: bot.Given, Recipients: []bot.CardParty{school, team}, Given: day(-30), How: "conversation", NotedBy: "intern begeleider, " + school.Name, Live: true},
			{Value: "b", Decision: bot.Given, Discloser: team.Name, Recipients: []bot.CardParty{school}, Kinds: []bot.DataKind{bot.Health}, Purpose: "een ondersteuningsplan maken", Given: day(-20), Until: day(200), How: "card", Self: true, Live: true},
			{Value: "c", Decision: bot.Refused, Discloser: team.Name, Recipients: []bot.CardParty{mother}, Kinds: []bot.DataKind{bot.Sensitive}, Given: day(-19), How: "letter"},
			{Value: "d", Decision: bot.Given, Discloser: school.Name, Recipients: []bot.CardParty{team}, Kinds: []bot.DataKind{bot.Ordinary}, Given: day(-40), Withdrawn: day(-6), How: "form", Self: true}},
		Asks: []bot.CardAsk{{Agreement: true, Recipients: []bot.CardParty{school, team}, State: map[string]bot.Decision{}}, ask}, Decide: true}
}

// cannedVault answers for the bot on the pages of the vault. The link "oud" is used up.
type cannedVault struct{ vault.Service }

var gone = &bot.ClosedError{Text: text.For(text.NL, text.VaultClosed("not_member"))}

func peek(link string) error {
	if link == "oud" {
		return gone
	}
	return nil
}

func (cannedVault) PeekVault(_ context.Context, link string) error { return peek(link) }
func (cannedVault) PeekBring(_ context.Context, link string) error { return peek(link) }

func (cannedVault) ReadVault(context.Context, string) (bot.Reading, error) {
	return bot.Reading{Casus: "C-2026-0042", Name: "document-C-2026-0042.txt", Size: 100, Reader: "Sanne de Boer", By: "jeugdarts, GGD Midden", Purpose: "een ondersteuningsplan maken",
		Text: "Dit is het verslag van vorige week.", Until: sampleNow.AddDate(0, 0, 30), Ends: sampleNow.Add(time.Hour), Download: true}, nil
}

func (c cannedVault) VaultBytes(ctx context.Context, session string) (io.ReadSeekCloser, bot.Reading, error) {
	r, err := c.ReadVault(ctx, session)
	return nothing{strings.NewReader("")}, r, err
}

func (cannedVault) BringState(context.Context, string) (bot.Bringing, error) {
	return bot.Bringing{Casus: "C-2026-0042", Purpose: "een ondersteuningsplan maken", Ends: sampleNow.Add(time.Hour)}, nil
}

// cannedDrawer draws a document of one sheet.
type cannedDrawer struct{}

func (cannedDrawer) Draw(context.Context, string, io.Reader, int64, int) (render.Sheet, error) {
	return render.Sheet{Type: "text/html", Pages: 1, Body: []byte(`<!DOCTYPE html><html lang="nl"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><title>Blad</title></head><body><main><h1>Verslag</h1><p>Dit is een verzonnen verslag.</p></main></body></html>`)}, nil
}

// cannedDash answers for the bot on the pages of the overview, with a table of
// every kind on the view where it is.
type cannedDash struct{ dashboard.Service }

func (cannedDash) PeekOverview(_ context.Context, link string) error {
	if link == "oud" {
		return bot.ErrForbidden
	}
	return nil
}

// dashTable is a table of a view: its code, its columns, and how it is drawn.
type dashTable struct {
	code, columns, chart string
	acts                 []string
}

// dashTables are the tables of each view. A test compares them with the words that
// the catalogue has for tables and columns.
var dashTables = map[string][]dashTable{
	"begin":        {{"stand", "kind phase_F1 phase_F2 phase_F3", bot.ChartMatrix, nil}, {"status", "status casussen", bot.ChartBars, nil}},
	"casussen":     {{"casussen", "casus kind phase opened active members held", "", []string{bot.DoHold}}},
	"toestemming":  {{"toestemming", "casus kind phase organisation for_what givers", "", nil}},
	"verjaardagen": {{"verjaardagen", "casus kind phase week age decides", "", nil}},
	"bewaren": {{"kalender", "day casussen", bot.ChartCalendar, nil}, {"stappen", "step casussen", bot.ChartBars, nil},
		{"plan", "casus kind status step when rule", "", []string{bot.DoHold}}, {"voorstellen", "moment casussen by", "", []string{bot.DoRunPlan}}},
	"blokkades":  {{"blokkades", "casus kind status placed release", "", []string{bot.DoRelease, bot.DoAgree}}, {"vrijgegeven", "casus kind placed released grace", "", nil}},
	"incidenten": {{"incidenten", "casus about since until state", "", nil}, {"lekken", "moment casus what exposed people messages files", "", nil}},
	"overname":   {{"overname", "casus kind organisation closed waiting", "", nil}},
	"besluiten":  {{"besluiten", "decision reason month_2026-02 month_2026-03", bot.ChartMatrix, nil}},
	"steekproef": {{"steekproef", "casus noted posted minutes decision_id", "", nil}},
	"vragen":     {{"vragen", "topic lack times", bot.ChartBars, nil}, {"voorgelegd", "day topic question", "", nil}},
	"regels": {{"geldend", "bundle moment proposed_by", "", nil}, {"wachtend", "bundle moment proposed_by differed", "", []string{bot.DoApprove}},
		{"schaduw", "from to times", bot.ChartBars, nil}, {"lezingen", "rule source mark adopted_by adopted_on", "", []string{bot.DoAdopt}}},
	"uitzonderingen": {{"wachtende", "casus ground asked until advised", "", []string{bot.DoAdvise}},
		{"uitzonderingen", "casus ground asked advised state moment minutes", "", nil}},
	"bot":     {},
	"logboek": {{"logboek", "entry moment casus act outcome", "", nil}},
}

func (cannedDash) Dash(_ context.Context, q bot.DashQuery) (bot.Dash, error) {
	switch q.Hat.Organisation {
	case "uit":
		return bot.Dash{}, bot.SignedOutError{}
	case "weg":
		return bot.Dash{}, bot.ErrUnavailable
	case "elders":
		return bot.Dash{}, bot.ErrForbidden
	}
	hat := bot.Hat{Kind: bot.HatDPO, Organisation: "school-a", Name: school.Name}
	d := bot.Dash{View: q.View, Views: bot.DashViews(), Hat: hat, Hats: []bot.Hat{hat, {Kind: bot.HatLead}}, Now: sampleNow, Ends: sampleNow.Add(bot.OverviewSession)}
	if q.View == "begin" {
		for i, code := range []string{"open", "due", "overdue", "held", "missing", "birthdays", "incidents", "handovers", "matter_late"} {
			d.Facts = append(d.Facts, bot.DashFact{Code: code, N: 9 - i, View: "casussen", More: i == 4})
		}
	}
	if q.View == "bewaren" {
		d.Acts = []bot.DashAct{{Code: bot.DoProposePlan}}
	}
	for _, t := range dashTables[q.View] {
		d.Tables = append(d.Tables, t.table())
	}
	return d, nil
}

// table is a table with three rows of invented cells.
func (t dashTable) table() bot.DashTable {
	out := bot.DashTable{Code: t.code, Columns: strings.Fields(t.columns), Chart: t.chart}
	for n := range 3 {
		var r bot.DashRow
		for _, c := range out.Columns {
			if c == "state" && t.code == "uitzonderingen" {
				c = "exception_state"
			}
			r.Cells = append(r.Cells, dashCell(c, n))
		}
		for _, act := range t.acts {
			r.Acts = append(r.Acts, bot.DashAct{Code: act, Casus: "C-2026-0042", Object: "voorbeeld"})
		}
		out.Rows = append(out.Rows, r)
	}
	return out
}

// dashCells are what stands in a column of text.
var dashCells = map[string][]string{
	"kind": {"mdo", "zat", "thuiszittersoverleg"}, "phase": {"F1", "F3", "F5"}, "status": {"open", "closed", "archived"},
	"organisation": {"Basisschool De Linde", "Jeugdteam Noord", "GGD Midden"}, "for_what": {"Gezondheid", "Gewone gegevens", "Gevoelige gegevens"},
	"age": {"12", "16", "18"}, "decides": {"decides_12", "decides_16", "decides_18"}, "step": {"archive", "announce_erasure", "erase"},
	"by": {"by_you", "by_other", "by_other"}, "release": {"release_by_you", "release_by_other", "release_by_other"}, "state": {"matter_open", "matter_done", "matter_late"},
	"exception_state": {"exception_granted", "exception_denied", "exception_over"}, "ground": {"X-TAAK", "X-CVP", "X-OTS"}, "advised": {"yes", "", "yes"},
	"about": {"incident", "access", "objection"}, "what": {"stranger_removed", "file_slipped_in", "message_slipped_in"},
	"decision": {"decision_share_allow", "decision_share_need_consent", "decision_join_refuse"}, "reason": {"M10", "M40", "no_task"},
	"topic": {"toestemming", "bewaren", "leeftijd"}, "lack": {"lack_unanswered", "lack_unhelpful", "lack_unanswered"},
	"question": {"Mag een stagiair meelezen?", "Hoe lang bewaar ik een verslag?", "Wie beslist bij 15 jaar?"}, "outcome": {"outcome_done", "outcome_refused", "outcome_done"},
	"bundle": {"sha256:3f9a1c07", "sha256:77b2d041", "sha256:a0c4e9f2"}, "proposed_by": {"FG", "beheerder", "FG"}, "rule": {"M40", "M41", "R-ERASE"},
	"source": {"Jeugdwet art. 7.3.11", "AVG art. 6", "Leerplichtwet art. 21"}, "mark": {"V", "I", "I"}, "adopted_by": {"", "FG", ""}, "adopted_on": {"", "2026-02-01", ""},
	"from": {"allow/M10", "need_consent/M40", "archive/R-ARCHIVE"}, "to": {"refuse/M10", "refuse/M40", "keep/R-WAIT"}, "act": {"file_decided", "consent_recorded", "member_added"}, "decision_id": {"b-7k2q", "b-81fa", "b-9c3d"},
	"casus": {"C-2026-0042", "C-2026-0043", "C-2026-0047"}, "givers": {"de moeder", "de jongere", "de vader"},
}

// saidByRule is what the rules of the cells say.
var saidByRule = map[string]string{"M10": "De school deelt gewone gegevens pas als ouders of jongere instemmen met dit overleg", "M40": "Jeugdhulp heeft een geheimhoudingsplicht en deelt pas met toestemming",
	"M41": "Iemand in dit kanaal is geen partij of niet betrokken", "no_task": "Er is geen wettelijke taak ingevuld", "R-ERASE": "De bewaartermijn is voorbij en het wissen is op tijd aangekondigd"}

func dashCell(column string, n int) bot.DashCell {
	switch column {
	case "day", "week", "opened", "active", "placed", "released", "grace", "closed", "when":
		return bot.DashCell{Text: sampleNow.AddDate(0, 0, n*9).Format(time.DateOnly), Is: bot.CellDay}
	case "moment", "since", "until", "noted", "posted", "asked":
		return bot.DashCell{Text: sampleNow.AddDate(0, 0, -n).Format(time.RFC3339), Is: bot.CellMoment}
	}
	all, ok := dashCells[column]
	if !ok {
		return bot.DashCell{N: 4 * (3 - n), Is: bot.CellNumber, Small: n == 2 && column == "times"}
	}
	cell := bot.DashCell{Text: all[n]}
	switch column {
	case "casus", "bundle", "decision_id":
		cell.Is = bot.CellCode
	case "reason", "rule":
		cell.Key, cell.Text = all[n], saidByRule[all[n]]
	case "act", "what":
		cell.Key, cell.Text = all[n], text.For(text.NL, text.ActName(all[n]))
	case "from", "to":
		effect, _, _ := strings.Cut(all[n], "/")
		cell.Key, cell.Text = all[n], text.DashOutcome(effect)
	case "mark":
		cell.Key, cell.Text = all[n], text.DashMark(all[n])
	case "kind":
		cell.Text = text.For(text.NL, text.KindName(all[n]))
	case "phase":
		cell.Text = text.For(text.NL, text.PhaseName(all[n]))
	case "status":
		cell.Text = text.For(text.NL, text.StatusName(all[n]))
	case "step":
		cell.Text = text.For(text.NL, text.PlanActionName(all[n]))
	case "ground":
		cell.Text = text.For(text.NL, text.ExceptionName(all[n]))
	case "about":
		cell.Text = text.For(text.NL, text.MatterKindName(all[n]))
	default:
		cell.Text = text.Dash(all[n])
	}
	return cell
}

// cannedHealth is how the bot runs.
func cannedHealth(context.Context) []dashboard.Finding {
	return []dashboard.Finding{{Level: "good", Text: text.Dash("found_well")}, {Level: "advice", Text: text.Dash("found_version"), Fix: "Zet de nieuwe versie klaar."},
		{Level: "broken", Text: text.Dash("found_redis"), Fix: "Start Redis."}, {Level: "unknown", Text: text.Dash("found_elsewhere")}}
}

func samplePlan() []bot.Due {
	var all []bot.Due
	for i, action := range []string{"remind", "archive", "archive", "announce_erasure", "erase", "human", "keep"} {
		all = append(all, bot.Due{Ref: bot.Ref("C-2026-00" + string(rune('4'+i%3)) + string(rune('0'+i))), Kind: bot.MDO, Status: bot.Closed, Action: action, DueAt: sampleNow.AddDate(0, 0, 6*i-3)})
	}
	return all
}

func sampleReceipt() bot.Receipt {
	return bot.Receipt{Casus: "C-2026-0042", Kind: bot.MDO, At: sampleNow, Posts: 148, Files: 12, Records: 310, Remains: []string{"archived_shell", "platform_backups"}, Policy: "sha256:3f9a1c07", KeyPrint: "5e7b",
		HandedOver: []bot.HandedOver{{Organisation: "school-a", ConfirmedAt: sampleNow.AddDate(0, 0, -20), Items: 3, Grounds: []string{"leerplichtwet"}}}}
}
