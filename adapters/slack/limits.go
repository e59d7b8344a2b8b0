package slack

import "slices"

// Plan is what a workspace pays Slack for. It decides what can be kept there.
type Plan string

// The plans. Unknown is one that Slack did not tell: what holds on any plan is
// then taken to hold.
const (
	PlanUnknown  Plan = ""
	PlanFree     Plan = "free"
	PlanPro      Plan = "pro"
	PlanBusiness Plan = "business+"
	PlanGrid     Plan = "enterprise"
)

// Plans lists them, from the least to the most.
func Plans() []Plan { return []Plan{PlanFree, PlanPro, PlanBusiness, PlanGrid} }

// Limit is a promise of the bot that Slack does not let it keep, or not quite.
// What people read about it has the same code, in bot/text.
type Limit struct {
	Code string
	On   []Plan // the plans on which it holds; nil: all
	// UnlessAdmin says that it does not hold where the bot has an administrator's token.
	UnlessAdmin bool
	// Cases are the cases of the platforms' contract that fail for it. Some limits
	// have none: they are about what no platform promised.
	Cases  []string
	Source string
}

// limits is the one table of what cannot be kept. The contract suite proves each
// case, doctor tells of those that hold for the workspace, and the page about the
// plans is written from it.
var limits = []Limit{
	{Code: "seen_first", Source: "Events API: events tell what happened; there is no call before a message or file is shown",
		Cases: []string{
			"a refused file is nowhere and its poster reads why",
			"the bot reads the bytes that are uploaded",
			"a file that passed the upload is stopped at the posting",
			"in a protected room text is judged too",
			"when the bot fails to answer nothing passes",
		}},
	{Code: "hand_stays", UnlessAdmin: true, Source: "chat.delete (cant_delete_message) and files.delete (cant_delete_file): a bot removes only its own",
		Cases: []string{"an erased room is empty, also when it was archived, and erasing twice is harmless"}},
	{Code: "bot_is_author", Source: "files.completeUploadExternal: a file is its uploader's, and only its uploader can remove it",
		Cases: []string{"whom a file is posted for is its author"}},
	{Code: "given_stays", Source: "files.delete: a file of a modal is of whoever chose it, and stands in no channel"},
	{Code: "archived_unread", Source: "conversations.archive puts apps out, and conversations.unarchive does not take a bot token"},
	{Code: "hidden_is_gone", Source: "chat.delete: what is removed cannot be brought back"},
	{Code: "members_invite", On: []Plan{PlanFree, PlanPro, PlanBusiness}, Source: "help centre: members of a private channel can add people; restricting it per channel is for Enterprise"},
	{Code: "window", Source: "Events API: member_joined_channel and file_shared come after the fact, and again after minutes when they could not be delivered"},
	{Code: "bot_put_out", Source: "help centre: members can remove an app from a channel; conversations.join does not let one back into a private channel"},
	{Code: "shell_stays", On: []Plan{PlanFree, PlanPro, PlanBusiness}, Source: "admin.conversations.delete is for Enterprise"},
	{Code: "shell_stays_grid", On: []Plan{PlanGrid}, UnlessAdmin: true, Source: "admin.conversations.delete needs admin.conversations:write on an administrator's token"},
	{Code: "own_term", On: []Plan{PlanFree, PlanPro, PlanBusiness}, Source: "admin.conversations.setCustomRetention is for Enterprise"},
	{Code: "fades", On: []Plan{PlanFree}, Source: "help centre: the free plan hides what is older than 90 days and removes it after a year"},
	{Code: "owners_read", On: []Plan{PlanBusiness, PlanGrid}, Source: "help centre: exports of private channels and direct messages; Discovery API and legal holds on Enterprise"},
	{Code: "direct_unseen", Source: "an app hears nothing of direct messages between people"},
	{Code: "elsewhere", Source: "file object: external files, canvases and lists have no bytes to read"},
	{Code: "other_organisation", On: []Plan{PlanPro, PlanBusiness, PlanGrid}, Source: "Slack Connect: each organisation keeps its members' messages by its own rules"},
	{Code: "no_thread_commands", Source: "slash commands are not offered in threads"},
	{Code: "name_kept", Source: "conversations.create: name_taken, also by an archived channel"},
}

// Limits lists what cannot be kept on a plan, in a fixed order. admin says that the
// bot has an administrator's token.
func Limits(p Plan, admin bool) []Limit {
	var out []Limit
	for _, l := range limits {
		if l.UnlessAdmin && admin || p != PlanUnknown && l.On != nil && !slices.Contains(l.On, p) {
			continue
		}
		out = append(out, l)
	}
	return out
}

// LimitCodes lists every code, for whoever explains them.
func LimitCodes() []string {
	var out []string
	for _, l := range limits {
		out = append(out, l.Code)
	}
	return out
}
