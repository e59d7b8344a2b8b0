package slackfake

// Plan is what the workspace pays for. It decides what an administrator, and a
// token of theirs, may do.
//
// Source: help centre "Slack plans and features", "Restrict who can post in a
// channel"; API pages admin.conversations.*.
type Plan string

const (
	Free         Plan = "free"
	Pro          Plan = "pro"
	BusinessPlus Plan = "business+"
	Enterprise   Plan = "enterprise"
)

// paid says whether the plan has guests and Slack Connect at all.
func (p Plan) paid() bool { return p != Free }

// postingLimits says whether posting can be limited in any channel; below it
// only in the general one.
func (p Plan) postingLimits() bool { return p == BusinessPlus || p == Enterprise }

// adminAPI says whether admin.* methods can be called: they need an
// organisation.
func (p Plan) adminAPI() bool { return p == Enterprise }
