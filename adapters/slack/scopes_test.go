package slack_test

import (
	"context"
	"errors"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	slackgo "github.com/slack-go/slack"

	"github.com/convenantbot/convenantbot/adapters/slack"
	"github.com/convenantbot/convenantbot/bot"
	"github.com/convenantbot/convenantbot/internal/slackfake"
)

// mustManifest reads one of the manifests that are shipped, as Slack reads it.
func mustManifest(t testing.TB, name string) (slackfake.Manifest, string) {
	t.Helper()
	raw, err := os.ReadFile(filepath.Join("../../deploy/slack", name))
	if err != nil {
		t.Fatal(err)
	}
	m, err := slackfake.ReadManifest(raw)
	if err != nil {
		t.Fatalf("%s: %v", name, err)
	}
	return m, string(raw)
}

// sources are the files of the adapter, tests left out.
func sources(t *testing.T) map[string]*ast.File {
	t.Helper()
	files := map[string]*ast.File{}
	set := token.NewFileSet()
	err := filepath.WalkDir(".", func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") || path == "scopes.go" {
			return err
		}
		files[path], err = parser.ParseFile(set, path, nil, 0)
		return err
	})
	if err != nil || len(files) < 10 {
		t.Fatalf("%d files (%v); the walk is broken", len(files), err)
	}
	return files
}

// ofTheLibrary says whether a function is one of the library that calls a method:
// they take a context, and their name says so, but for some of the admin group.
func ofTheLibrary(name string) bool {
	others := []string{"NewRequestWithContext", "DialContext", "StartSocketModeContext", "RefreshOAuthV2TokenContext"}
	return (strings.HasSuffix(name, "Context") && len(name) > len("Context") || strings.HasPrefix(name, "Admin")) &&
		name != "AdminToken" && !slices.Contains(others, name)
}

func TestEveryMethodThatIsCalledIsInTheTableAndEveryOneOfItIsCalled(t *testing.T) {
	called := map[string]string{}
	for path, file := range sources(t) {
		ast.Inspect(file, func(n ast.Node) bool {
			call, ok := n.(*ast.CallExpr)
			if !ok {
				return true
			}
			if s, ok := call.Fun.(*ast.SelectorExpr); ok && ofTheLibrary(s.Sel.Name) {
				called[s.Sel.Name] = path
			}
			return true
		})
	}
	known := map[string]bool{}
	said := map[string]bool{} // what stands in the sources between quotes
	for _, file := range sources(t) {
		ast.Inspect(file, func(n ast.Node) bool {
			if l, ok := n.(*ast.BasicLit); ok && l.Kind == token.STRING {
				said[strings.Trim(l.Value, `"`)] = true
			}
			return true
		})
	}
	for _, n := range slack.Needs {
		if n.Call == "" {
			if !said[n.Method] {
				t.Errorf("%s is in the table and is not called", n.Method)
			}
			continue
		}
		known[n.Call] = true
		if called[n.Call] == "" {
			t.Errorf("%s (%s) is in the table and is not called", n.Method, n.Call)
		}
	}
	for name, path := range called {
		if !known[name] {
			t.Errorf("%s calls %s, which is not in the table of scopes.go", path, name)
		}
	}
}

func TestTheManifestAsksForWhatIsNeededAndNothingMore(t *testing.T) {
	m, _ := mustManifest(t, "manifest.yaml")
	need := map[string]string{"commands": "the commands"}
	for _, n := range slack.Needs {
		for _, s := range n.Scopes {
			need[s] = n.Method
		}
	}
	var events []string
	for _, h := range slack.Hears {
		events = append(events, h.Event)
		if h.Scope != "" {
			need[h.Scope] = h.Event
		}
	}
	for scope, why := range need {
		if !slices.Contains(m.OAuth.Scopes.Bot, scope) {
			t.Errorf("the manifest lacks %s, for %s", scope, why)
		}
	}
	for _, scope := range m.OAuth.Scopes.Bot {
		if need[scope] == "" {
			t.Errorf("the manifest asks for %s, which nothing needs", scope)
		}
	}
	if len(m.OAuth.Scopes.User) != 0 {
		t.Errorf("the app asks for rights of a person: %v", m.OAuth.Scopes.User)
	}
	got := slices.Clone(m.Settings.Events.Bot)
	slices.Sort(got)
	slices.Sort(events)
	if !slices.Equal(got, events) {
		t.Errorf("the manifest subscribes to %v, want %v", got, events)
	}
	for name, methods := range map[string]func(slack.Need) bool{
		"manifest-beheer.yaml":      func(n slack.Need) bool { return !strings.HasPrefix(n.Method, "admin.") },
		"manifest-organisatie.yaml": func(slack.Need) bool { return true },
	} {
		admin, _ := mustManifest(t, name)
		want := map[string]bool{}
		for _, n := range slack.Needs {
			for _, s := range n.Admin {
				if methods(n) {
					want[s] = true
				}
			}
		}
		for s := range want {
			if !slices.Contains(admin.OAuth.Scopes.User, s) {
				t.Errorf("%s lacks %s", name, s)
			}
		}
		if len(admin.OAuth.Scopes.User) != len(want) || len(admin.OAuth.Scopes.Bot) != 0 {
			t.Errorf("%s asks for %v and %v, want only %v", name, admin.OAuth.Scopes.User, admin.OAuth.Scopes.Bot, want)
		}
	}
}

func TestEveryLineOfTheManifestThatGivesARightSaysWhy(t *testing.T) {
	for _, name := range []string{"manifest.yaml", "manifest-beheer.yaml", "manifest-organisatie.yaml"} {
		m, raw := mustManifest(t, name)
		for _, right := range slices.Concat(m.OAuth.Scopes.Bot, m.OAuth.Scopes.User, m.Settings.Events.Bot) {
			found := false
			for line := range strings.Lines(raw) {
				given, why, _ := strings.Cut(line, " #")
				if strings.TrimSpace(given) == "- "+right {
					found = len(strings.Fields(why)) >= 3
				}
			}
			if !found {
				t.Errorf("%s: %s stands there without a sentence that says why", name, right)
			}
		}
	}
}

// Each event must be something that the incoming side knows.
func TestEveryEventIsHandled(t *testing.T) {
	known := map[string]bool{}
	for path, file := range sources(t) {
		if !strings.HasPrefix(path, "incoming") {
			continue
		}
		ast.Inspect(file, func(n ast.Node) bool {
			if lit, ok := n.(*ast.BasicLit); ok && lit.Kind == token.STRING {
				known[strings.Trim(lit.Value, "`\"")] = true
			}
			return true
		})
	}
	for _, h := range slack.Hears {
		if kind, _, _ := strings.Cut(h.Event, "."); !known[kind] {
			t.Errorf("nothing is done with %s", h.Event)
		}
	}
}

func TestTheManifestsCommandsAndShortcutsAreTheBots(t *testing.T) {
	m, _ := mustManifest(t, "manifest.yaml")
	commands, words := map[string]bool{}, map[string]bool{}
	for _, s := range bot.Suggestions() {
		commands["/"+s.Command] = true
		words[s.Command+"_"+strings.ReplaceAll(s.Word, "-", "_")] = true
	}
	for _, c := range m.Features.Commands {
		if !commands[c.Command] || !c.Escape {
			t.Errorf("command %s is not the bot's, or its names are not escaped", c.Command)
		}
		for hint := range strings.SplitSeq(c.Hint, " · ") {
			if name := strings.TrimPrefix(c.Command, "/") + "_" + strings.ReplaceAll(hint, "-", "_"); !words[name] && hint != "help" {
				t.Errorf("%s has no %q", c.Command, hint)
			}
		}
		delete(commands, c.Command)
	}
	if len(commands) != 0 {
		t.Errorf("the manifest lacks %v", commands)
	}
	for _, s := range m.Features.Shortcuts {
		if !words[s.CallbackID] && s.CallbackID != "kies" { // one that is none shows them all
			t.Errorf("shortcut %s is no command", s.CallbackID)
		}
	}
	f := m.Features
	if !f.Home.Home || !f.Home.Messages || f.Home.ReadOnly || !m.Settings.Interactivity.Enabled || !m.Settings.Socket || m.Settings.Org {
		t.Errorf("the manifest lacks the home tab, the messages, interactivity or Socket Mode: %+v", m.Settings)
	}
}

// probe calls a method the way the adapter does. What it is answered does not matter,
// as long as it is not that a scope is missing.
type probe struct {
	method string
	do     func(ctx context.Context, api *slackgo.Client, p place) error
}

// place is where probes act.
type place struct {
	room, open, direct, user string
	chat                     *slack.Chat
}

var probes = []probe{
	{"auth.test", func(ctx context.Context, api *slackgo.Client, _ place) error {
		_, err := api.AuthTestContext(ctx)
		return err
	}},
	{"team.billing.info", func(ctx context.Context, _ *slackgo.Client, p place) error { // the library has no call for it
		found, err := p.chat.Examine(ctx)
		for _, f := range found {
			if f.Code == "slack_plan" && f.Level == slack.Unknown {
				err = errors.New("missing_scope")
			}
		}
		return err
	}},
	{"users.info", func(ctx context.Context, api *slackgo.Client, p place) error {
		_, err := api.GetUserInfoContext(ctx, p.user)
		return err
	}},
	{"users.conversations", func(ctx context.Context, api *slackgo.Client, _ place) error {
		_, _, err := api.GetConversationsForUserContext(ctx, &slackgo.GetConversationsForUserParameters{Types: []string{"private_channel"}})
		return err
	}},
	{"conversations.create", func(ctx context.Context, api *slackgo.Client, _ place) error {
		_, err := api.CreateConversationContext(ctx, slackgo.CreateConversationParams{ChannelName: "een-ander", IsPrivate: true})
		return err
	}},
	{"conversations.info", func(ctx context.Context, api *slackgo.Client, p place) error {
		_, err := api.GetConversationInfoContext(ctx, &slackgo.GetConversationInfoInput{ChannelID: p.room})
		return err
	}},
	{"conversations.members", func(ctx context.Context, api *slackgo.Client, p place) error {
		_, _, err := api.GetUsersInConversationContext(ctx, &slackgo.GetUsersInConversationParameters{ChannelID: p.room})
		return err
	}},
	{"conversations.invite", func(ctx context.Context, api *slackgo.Client, p place) error {
		_, err := api.InviteUsersToConversationContext(ctx, p.room, p.user)
		return err
	}},
	{"conversations.kick", func(ctx context.Context, api *slackgo.Client, p place) error {
		return api.KickUserFromConversationContext(ctx, p.room, p.user)
	}},
	{"conversations.setPurpose", func(ctx context.Context, api *slackgo.Client, p place) error {
		_, err := api.SetPurposeOfConversationContext(ctx, p.room, "x")
		return err
	}},
	{"conversations.history", func(ctx context.Context, api *slackgo.Client, p place) error {
		_, err := api.GetConversationHistoryContext(ctx, &slackgo.GetConversationHistoryParameters{ChannelID: p.room})
		_, err2 := api.GetConversationHistoryContext(ctx, &slackgo.GetConversationHistoryParameters{ChannelID: p.direct})
		_, err3 := api.GetConversationHistoryContext(ctx, &slackgo.GetConversationHistoryParameters{ChannelID: p.open})
		return errors.Join(err, err2, err3)
	}},
	{"conversations.replies", func(ctx context.Context, api *slackgo.Client, p place) error {
		_, _, _, err := api.GetConversationRepliesContext(ctx, &slackgo.GetConversationRepliesParameters{ChannelID: p.room, Timestamp: "1.000001"})
		_, _, _, err2 := api.GetConversationRepliesContext(ctx, &slackgo.GetConversationRepliesParameters{ChannelID: p.direct, Timestamp: "1.000001"})
		_, _, _, err3 := api.GetConversationRepliesContext(ctx, &slackgo.GetConversationRepliesParameters{ChannelID: p.open, Timestamp: "1.000001"})
		return errors.Join(err, err2, err3)
	}},
	{"conversations.open", func(ctx context.Context, api *slackgo.Client, p place) error {
		_, _, _, err := api.OpenConversationContext(ctx, &slackgo.OpenConversationParameters{Users: []string{p.user}})
		return err
	}},
	{"chat.postMessage", func(ctx context.Context, api *slackgo.Client, p place) error {
		_, _, err := api.PostMessageContext(ctx, p.room, slackgo.MsgOptionText("x", false))
		return err
	}},
	{"chat.postEphemeral", func(ctx context.Context, api *slackgo.Client, p place) error {
		_, err := api.PostEphemeralContext(ctx, p.room, p.user, slackgo.MsgOptionText("x", false))
		return err
	}},
	{"chat.delete", func(ctx context.Context, api *slackgo.Client, p place) error {
		_, _, err := api.DeleteMessageContext(ctx, p.room, "1.000001")
		return err
	}},
	{"pins.add", func(ctx context.Context, api *slackgo.Client, p place) error {
		return api.AddPinContext(ctx, p.room, slackgo.NewRefToMessage(p.room, "1.000001"))
	}},
	{"files.getUploadURLExternal", func(ctx context.Context, api *slackgo.Client, _ place) error {
		_, err := api.GetUploadURLExternalContext(ctx, slackgo.GetUploadURLExternalParameters{FileName: "a.txt", FileSize: 1})
		return err
	}},
	{"files.completeUploadExternal", func(ctx context.Context, api *slackgo.Client, p place) error {
		_, err := api.CompleteUploadExternalContext(ctx, slackgo.CompleteUploadExternalParameters{Files: []slackgo.FileSummary{{ID: "F0"}}, Channel: p.room})
		return err
	}},
	{"files.info", func(ctx context.Context, api *slackgo.Client, _ place) error {
		_, _, _, err := api.GetFileInfoContext(ctx, "F0", 0, 0)
		return err
	}},
	{"files.list", func(ctx context.Context, api *slackgo.Client, p place) error {
		_, _, err := api.GetFilesContext(ctx, slackgo.GetFilesParameters{Channel: p.room})
		return err
	}},
	{"files.delete", func(ctx context.Context, api *slackgo.Client, _ place) error { return api.DeleteFileContext(ctx, "F0") }},
	{"views.open", func(ctx context.Context, api *slackgo.Client, _ place) error {
		_, err := api.OpenViewContext(ctx, "1.2.x", slackgo.ModalViewRequest{Type: slackgo.VTModal, Title: slackgo.NewTextBlockObject("plain_text", "x", false, false), Blocks: slackgo.Blocks{BlockSet: []slackgo.Block{slackgo.NewDividerBlock()}}})
		return err
	}},
	{"views.update", func(ctx context.Context, api *slackgo.Client, _ place) error {
		_, err := api.UpdateViewContext(ctx, slackgo.ModalViewRequest{Type: slackgo.VTModal, Title: slackgo.NewTextBlockObject("plain_text", "x", false, false), Blocks: slackgo.Blocks{BlockSet: []slackgo.Block{slackgo.NewDividerBlock()}}}, "", "", "V0")
		return err
	}},
	{"views.publish", func(ctx context.Context, api *slackgo.Client, p place) error {
		_, err := api.PublishViewContext(ctx, slackgo.PublishViewContextRequest{UserID: p.user, View: slackgo.HomeTabViewRequest{Type: slackgo.VTHomeTab, Blocks: slackgo.Blocks{BlockSet: []slackgo.Block{slackgo.NewDividerBlock()}}}})
		return err
	}},
	// Archiving comes last: it puts the app out.
	{"conversations.archive", func(ctx context.Context, api *slackgo.Client, p place) error {
		return api.ArchiveConversationContext(ctx, p.room)
	}},
}

// lacking lists the methods that are refused for want of a scope when the app has
// these.
func lacking(t *testing.T, scopes []string) []string {
	t.Helper()
	s := slackfake.New(t, slackfake.Options{BotScopes: scopes, Unlimited: true})
	anna := s.AddPerson(slackfake.PersonOptions{Name: "anna"})
	room, err := anna.Creates("casus-2026-000001", true)
	if err != nil {
		t.Fatal(err)
	}
	if err := anna.Invites(room, s.BotUser); err != nil {
		t.Fatal(err)
	}
	token := s.BotToken()
	api, chat := slackgo.New(token, slackgo.OptionAPIURL(s.APIURL())), slack.New(slack.Options{API: s.APIURL(), Token: func() string { return token }, Now: s.Clock.Now})
	var out []string
	for _, p := range probes {
		if err := p.do(t.Context(), api, place{room, s.CommonChannel("overleg", anna), anna.DirectWithBot(), anna.ID, chat}); err != nil && strings.Contains(err.Error(), "missing_scope") {
			out = append(out, p.method)
		}
	}
	return out
}

func TestEachScopeOfTheManifestIsMissedWhenItIsTakenAway(t *testing.T) {
	m, _ := mustManifest(t, "manifest.yaml")
	all := m.OAuth.Scopes.Bot
	if got := lacking(t, all); len(got) != 0 {
		t.Fatalf("with the manifest's scopes these are refused: %v", got)
	}
	for i, scope := range all {
		var want []string
		for _, p := range probes {
			for _, n := range slack.Needs {
				if n.Method == p.method && slices.Contains(n.Scopes, scope) {
					want = append(want, p.method)
				}
			}
		}
		less := slices.Delete(slices.Clone(all), i, i+1)
		if got := lacking(t, less); !slices.Equal(got, want) {
			t.Errorf("without %s these are refused: %v, want %v", scope, got, want)
		}
		if len(want) > 0 {
			continue
		}
		// One that no call needs is for an event, or for the commands.
		m := m
		m.OAuth.Scopes.Bot = less
		if scope != "commands" && !slices.ContainsFunc(slack.Hears, func(h slack.Hearing) bool { return h.Scope == scope }) {
			t.Errorf("nothing is lost without %s", scope)
		}
	}
}

func TestEveryMethodOfTheBotHasAProbe(t *testing.T) {
	for _, n := range slack.Needs {
		if !strings.HasPrefix(n.Method, "admin.") && !slices.ContainsFunc(probes, func(p probe) bool { return p.method == n.Method }) {
			t.Errorf("%s has no probe", n.Method)
		}
	}
}
