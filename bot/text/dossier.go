package text

// DossierWord is a word of the overview that somebody gets who asks what is kept
// about them.
type DossierWord struct{ Message[None] }

// NL is the word in Dutch.
func (w DossierWord) NL() string { return w.Message.NL(None{}) }

func word(code string) DossierWord { return DossierWord{define[None]("dossier." + code)} }

// Dossier are the words of the overview.
var Dossier = struct {
	Casus, Recipients, Consents, Files, Decisions, Looks                                    DossierWord
	Kind, Purpose, Phase, Status, Born, School, Authority, Checked, Function, Task          DossierWord
	Giver, Decision, Covers, How, Discloser, Kinds, Until, Withdrawn                        DossierWord
	Name, Poster, Text, State, Rule, Hold, Request, Outcome, Act, Who, Result, Bot, Outside DossierWord
	Correction                                                                              DossierWord
	Supporter, Heard, Reason, Reopened                                                      DossierWord
	Work, Meeting, Place, Point, Known, Alias                                               DossierWord
}{
	Casus: word("casus"), Recipients: word("recipients"), Consents: word("consents"), Files: word("files"), Decisions: word("decisions"), Looks: word("looks"),
	Kind: word("kind"), Purpose: word("purpose"), Phase: word("phase"), Status: word("status"), Born: word("born"), School: word("school"),
	Authority: word("authority"), Checked: word("checked"), Function: word("function"), Task: word("task"),
	Giver: word("giver"), Decision: word("decision"), Covers: word("covers"), How: word("how"), Discloser: word("discloser"), Kinds: word("kinds"),
	Until: word("until"), Withdrawn: word("withdrawn"),
	Name: word("name"), Poster: word("poster"), Text: word("text"), State: word("state"), Rule: word("rule"), Hold: word("hold"), Request: word("request"),
	Outcome: word("outcome"), Act: word("act"), Who: word("who"), Result: word("result"), Bot: word("bot"), Outside: word("outside"),
	Correction: word("correction"),
	Supporter:  word("supporter"), Heard: word("heard"), Reason: word("reason"), Reopened: word("reopened"),
	Work: word("work"), Meeting: word("meeting"), Place: word("place"), Point: word("point"), Known: word("known"), Alias: word("alias"),
}

var fileStates = defineNames("file_state", "quarantined", "approved", "posted", "refused", "withdrawn", "erased")

// FileStateName is what people call where a file stands.
func FileStateName(v string) string { return fileStates.of(v) }

var decisions = defineNames("dossier.said", "given", "refused")

// DecisionName is what people call what somebody said to a question for a yes.
func DecisionName(v string) string { return decisions.of(v) }

var rights = []Message[None]{define[None]("dossier.right.correct"), define[None]("dossier.right.erase"), define[None]("dossier.right.object"), define[None]("dossier.right.complain")}

// DossierRights says what somebody can do with what they read (AVG art. 15(1)(e, f)).
func DossierRights() []string {
	var all []string
	for _, r := range rights {
		all = append(all, r.NL(None{}))
	}
	return all
}
