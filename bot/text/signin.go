package text

// signInWords are the words of signing in with the account of one's organisation.
var signInWords = defineNames("signin", "title", "text", "link", "stale_title", "stale", "wrong_title", "wrong", "denied_title", "denied",
	"weak_title", "weak", "away_title", "away", "busy", "nobody_title", "nobody", "number", "again", "other", "unasked", "in_title", "go", "left")

// SignInArgs is with whom somebody signs in, as people call it.
type SignInArgs struct{ With string }

// What is said with that name in it.
var (
	SignInWith  = define[SignInArgs]("signin.with")
	SignInLeave = define[SignInArgs]("signin.leave")
)

// SignIn is a word of signing in, in Dutch; an unknown code is itself.
func SignIn(code string) string { return signInWords.in(NL, code) }
