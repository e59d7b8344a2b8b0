package playground

import (
	"embed"
	"fmt"
	"reflect"
	"strings"
	"unicode"

	"go.yaml.in/yaml/v3"

	"github.com/convenantbot/convenantbot/bot"
)

// The catalogue of this chat: every word that it says itself, in Dutch and in
// English. What the bot says is not here.
//
//go:embed words/*.yaml
var wordFiles embed.FS

// words are the Dutch ones: what everybody reads who has chosen no language, and
// who is nobody yet.
var (
	words   = mustWords("nl")
	english = mustWords("en")
)

// wordsIn are the words in a language as platforms name it, such as "en-GB".
// Another language than ours is Dutch.
func wordsIn(locale string) *wordsOf {
	tag, _, _ := strings.Cut(strings.ReplaceAll(locale, "_", "-"), "-")
	if strings.EqualFold(tag, english.Lang) {
		return &english
	}
	return &words
}

// wordsFor are the words that somebody reads.
func (c *Chat) wordsFor(user bot.UserID) *wordsOf { return wordsIn(c.localeOf(user)) }

type wordsOf struct {
	Lang, Product, TryOut, Banner                                                           string
	Forgets                                                                                 string // day, time
	StartTitle, StartLead, StartHow, StartPeople, StartWarning                              string
	StartSteps                                                                              []string
	Be, NewWindow, NewWindowFor, Outsider, ToStart, LostTitle, LostHelp                     string
	SkipToMessages, SkipToComposer, YouAre, Switch, Channels, Rooms, NoRooms, Archived      string
	Direct, Navigation, Menu, CloseMenu, Unread, Locked, Guarded, GuardedHelp, ArchivedHelp string
	Members, MembersOne, MembersMany, Everybody, Pinned, Tour, BotFunction, Own             string
	ConnectionLost, ConnectionBack, ForgottenNotice, RoomGone                               string
	Messages, Empty, EmptyBot, OnlyYou, Dismiss, PinnedMark, Via, Hidden                    string
	Reply, RepliesOne, RepliesMany, Thread, CloseThread, ClosePanel, ReplyHere              string
	ReplyTo                                                                                 string // name, time
	WriteIn, WriteTo, Send, Attach, DropHere, ComposerHelp, Checking, Checked               string
	Suggestions, SuggestionsCount                                                           string
	RemoveFile, NotPosted, NotDone, ToBot, Download                                         string
	Joined, Left, LeftSelf, JoinedSelf                                                      string // who, by whom
	ArchivedNote                                                                            string
	Days                                                                                    [7]string
	Months                                                                                  [12]string
	Bytes, Kilobytes                                                                        string
	Megabytes                                                                               string // whole, tenths
	AddMember, AddMemberHelp, Choose, Add, RemoveMember, Remove, Leave                      string
	Clock, ClockHelp, ClockTo, ClockGo, ClockAhead, ClockOne                                string
	ClockDays                                                                               [3]string // as clockSteps
	FormCancel, FormClose, FormErrors, Optional, ChooseOne, Sending                         string
	Required, RequiredOne, RequiredSome, RequiredDay                                        string
	Refused, Torn, Nameless, TooLong, Nothing, CommandWithFile, UnknownCommand, Failed      string
	FormGone, NoSession, Invalid, NotFound, Conflict, Stopping, ForwardOnly                 string
	RealNumber, RealAddress                                                                 string
	RefusedForwarded, RefusedHost, RefusedOrigin                                            string
	TourDone, TourTodo, TourCount, TourFill, TourFile, TourWhich, TourYours                 string
	DoorTitle, DoorLead, DoorCode, DoorHelp, DoorOpen, DoorEmpty, DoorWrong, DoorLate       string
	DoorOld, DoorUsed, DoorEnded, DoorOut, TrainerOnly                                      string
	NewCode, NewCodeIs, CodeIn                                                              string
	Again, AgainTitle, AgainHelp, AgainSure, AgainBusy, TrainerAgain                        string
}

// mustWords reads a language. The files are embedded and a test reads each, so a
// program that was built from a tested tree does not panic here.
func mustWords(lang string) wordsOf {
	data, err := wordFiles.ReadFile("words/" + lang + ".yaml")
	var w wordsOf
	if err == nil {
		w, err = readWords(data)
	}
	if err != nil {
		panic(fmt.Sprintf("playground: words/%s.yaml: %v", lang, err))
	}
	return w
}

// readWords reads one language. A word that is missing, empty, of another shape or
// nobody's is an error that names it.
func readWords(data []byte) (wordsOf, error) {
	var w wordsOf
	var raw map[string]yaml.Node
	if err := yaml.Unmarshal(data, &raw); err != nil {
		return w, err
	}
	v := reflect.ValueOf(&w).Elem()
	for i := range v.NumField() {
		code := wordCode(v.Type().Field(i).Name)
		node, ok := raw[code]
		if !ok {
			return w, fmt.Errorf("%s is missing", code)
		}
		if err := node.Decode(v.Field(i).Addr().Interface()); err != nil {
			return w, fmt.Errorf("%s: %w", code, err)
		}
		if v.Field(i).IsZero() {
			return w, fmt.Errorf("%s is empty", code)
		}
		delete(raw, code)
	}
	for code := range raw {
		return w, fmt.Errorf("%s is no word of ours", code)
	}
	return w, nil
}

// wordCode is how a word is called in the files: StartTitle is start_title.
func wordCode(field string) string {
	var b strings.Builder
	for i, r := range field {
		if unicode.IsUpper(r) && i > 0 {
			b.WriteByte('_')
		}
		b.WriteRune(unicode.ToLower(r))
	}
	return b.String()
}

// clockSteps are by how many days the buttons of the clock set it forward.
var clockSteps = [3]int{1, 7, 30}

// ClockStep is a button of the clock.
type ClockStep struct {
	Days  int
	Label string
}

// Steps are the buttons of the clock.
func (w *wordsOf) Steps() (all []ClockStep) {
	for i, days := range clockSteps {
		all = append(all, ClockStep{days, w.ClockDays[i]})
	}
	return all
}

// script are the words that the script needs.
func (w *wordsOf) script() map[string]string {
	return map[string]string{
		"checking": w.Checking, "checked": w.Checked, "removeFile": w.RemoveFile, "notPosted": w.NotPosted, "notDone": w.NotDone, "toBot": w.ToBot,
		"dismiss": w.Dismiss, "lost": w.ConnectionLost, "back": w.ConnectionBack, "suggestions": w.SuggestionsCount,
		"required": w.Required, "requiredOne": w.RequiredOne, "requiredSome": w.RequiredSome, "requiredDay": w.RequiredDay,
		"optional": w.Optional, "chooseOne": w.ChooseOne, "cancel": w.FormCancel,
		"formClose": w.FormClose, "formErrors": w.FormErrors, "sending": w.Sending, "failed": w.Stopping,
		"againTitle": w.AgainTitle, "againHelp": w.AgainHelp, "againSure": w.AgainSure, "againBusy": w.AgainBusy,
	}
}
