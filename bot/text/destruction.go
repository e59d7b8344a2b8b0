package text

// DestructionArgs is about the receipt of an erasure.
type DestructionArgs struct {
	Ref     string
	Posts   int
	Files   int
	Records int
}

// DestructionOrgArgs is what one organisation took over before.
type DestructionOrgArgs struct {
	Items   int
	Grounds []string
}

// DestructionPaper are the words of a receipt for people.
var DestructionPaper = struct {
	Title, Footer, Intro                                                                    Message[DestructionArgs]
	Casus, Kind, At, Posts, Files, Records, Key, Policy, Remains, Nothing, Over, Held, None Message[None]
	OverOrg                                                                                 Message[DestructionOrgArgs]
	Check, CheckText, SignedText                                                            Message[None]
}{
	Title: define[DestructionArgs]("destruction.title"), Footer: define[DestructionArgs]("destruction.footer"), Intro: define[DestructionArgs]("destruction.intro"),
	Casus: define[None]("destruction.casus"), Kind: define[None]("destruction.kind"), At: define[None]("destruction.at"),
	Posts: define[None]("destruction.posts"), Files: define[None]("destruction.files"), Records: define[None]("destruction.records"),
	Key: define[None]("destruction.key"), Policy: define[None]("destruction.policy"), Remains: define[None]("destruction.remains"), Nothing: define[None]("destruction.nothing"),
	Over: define[None]("destruction.handed_over"), Held: define[None]("destruction.handed_over.confirmed"), None: define[None]("destruction.handed_over.none"),
	OverOrg: define[DestructionOrgArgs]("destruction.handed_over.organisation"),
	Check:   define[None]("destruction.check"), CheckText: define[None]("destruction.check.text"), SignedText: define[None]("destruction.signed"),
}
