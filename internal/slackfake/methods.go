package slackfake

// method is one of the Web API.
type method struct {
	do       func(*call) (obj, error)
	tier     int
	kinds    []string // of tokens that may call it
	scopes   []string // one of these; more may follow from the conversation's kind
	formOnly bool     // reads no JSON body
	open     bool     // needs no token
}

var (
	botOrUser = []string{"bot", "user"}
	onlyUser  = []string{"user"}
	onlyApp   = []string{"app"}
)

// methods are those that the fake knows, with the tier and scopes of each one's
// API page. Scopes of conversations depend on their kind; those are checked where
// the conversation is known, and here only that there is one of them.
var methods = map[string]method{}

func init() {
	read := []string{"channels:read", "groups:read", "im:read", "mpim:read"}
	history := []string{"channels:history", "groups:history", "im:history", "mpim:history"}
	manage := []string{"channels:manage", "channels:write", "groups:write", "im:write", "mpim:write"}
	invites := append([]string{"channels:write.invites", "groups:write.invites"}, manage...)
	topic := append([]string{"channels:write.topic", "groups:write.topic", "im:write.topic", "mpim:write.topic"}, manage...)
	for name, m := range map[string]method{
		"auth.test":             {do: authTest, tier: special, kinds: []string{"bot", "user", "app"}},
		"auth.revoke":           {do: authRevoke, tier: tier3, kinds: botOrUser},
		"apps.connections.open": {do: connectionsOpen, tier: tier3, kinds: onlyApp, scopes: []string{"connections:write"}},
		"oauth.v2.access":       {do: oauthAccess, tier: special, open: true, formOnly: true},
		"team.billing.info":     {do: teamBilling, tier: tier3, kinds: botOrUser, scopes: []string{"team.billing:read"}, formOnly: true},
		"team.info":             {do: teamInfo, tier: tier3, kinds: botOrUser, scopes: []string{"team:read"}, formOnly: true},

		"users.info":          {do: usersInfo, tier: tier4, kinds: botOrUser, scopes: []string{"users:read"}, formOnly: true},
		"users.list":          {do: usersList, tier: tier2, kinds: botOrUser, scopes: []string{"users:read"}, formOnly: true},
		"users.lookupByEmail": {do: usersLookup, tier: tier3, kinds: botOrUser, scopes: []string{"users:read.email"}, formOnly: true},
		"users.conversations": {do: usersConversations, tier: tier3, kinds: botOrUser, scopes: read, formOnly: true},

		"conversations.create":     {do: conversationsCreate, tier: tier2, kinds: botOrUser, scopes: manage},
		"conversations.info":       {do: conversationsInfo, tier: tier3, kinds: botOrUser, scopes: read, formOnly: true},
		"conversations.list":       {do: conversationsList, tier: tier2, kinds: botOrUser, scopes: read, formOnly: true},
		"conversations.members":    {do: conversationsMembers, tier: tier4, kinds: botOrUser, scopes: read, formOnly: true},
		"conversations.invite":     {do: conversationsInvite, tier: tier3, kinds: botOrUser, scopes: invites},
		"conversations.kick":       {do: conversationsKick, tier: tier3, kinds: botOrUser, scopes: manage},
		"conversations.join":       {do: conversationsJoin, tier: tier3, kinds: botOrUser, scopes: []string{"channels:join", "channels:write"}},
		"conversations.leave":      {do: conversationsLeave, tier: tier3, kinds: botOrUser, scopes: manage},
		"conversations.rename":     {do: conversationsRename, tier: tier2, kinds: botOrUser, scopes: manage},
		"conversations.archive":    {do: conversationsArchive, tier: tier2, kinds: botOrUser, scopes: manage},
		"conversations.unarchive":  {do: conversationsUnarchive, tier: tier2, kinds: botOrUser, scopes: manage},
		"conversations.setTopic":   {do: conversationsSetTopic, tier: tier2, kinds: botOrUser, scopes: topic},
		"conversations.setPurpose": {do: conversationsSetPurpose, tier: tier2, kinds: botOrUser, scopes: topic},
		"conversations.history":    {do: conversationsHistory, tier: tier3, kinds: botOrUser, scopes: history, formOnly: true},
		"conversations.replies":    {do: conversationsReplies, tier: tier3, kinds: botOrUser, scopes: history, formOnly: true},
		"conversations.open":       {do: conversationsOpen, tier: tier3, kinds: botOrUser, scopes: []string{"im:write", "mpim:write"}},

		"chat.postMessage":   {do: chatPost, tier: posting, kinds: botOrUser, scopes: []string{"chat:write"}},
		"chat.postEphemeral": {do: chatPostEphemeral, tier: tier4, kinds: botOrUser, scopes: []string{"chat:write"}},
		"chat.update":        {do: chatUpdate, tier: tier3, kinds: botOrUser, scopes: []string{"chat:write"}},
		"chat.delete":        {do: chatDelete, tier: tier3, kinds: botOrUser, scopes: []string{"chat:write"}},
		"chat.getPermalink":  {do: chatPermalink, tier: special, kinds: botOrUser, formOnly: true},

		"pins.add":         {do: pinsAdd, tier: tier2, kinds: botOrUser, scopes: []string{"pins:write"}},
		"pins.remove":      {do: pinsRemove, tier: tier2, kinds: botOrUser, scopes: []string{"pins:write"}},
		"pins.list":        {do: pinsList, tier: tier2, kinds: botOrUser, scopes: []string{"pins:read"}, formOnly: true},
		"bookmarks.add":    {do: bookmarksAdd, tier: tier2, kinds: botOrUser, scopes: []string{"bookmarks:write"}},
		"bookmarks.edit":   {do: bookmarksEdit, tier: tier2, kinds: botOrUser, scopes: []string{"bookmarks:write"}},
		"bookmarks.list":   {do: bookmarksList, tier: tier3, kinds: botOrUser, scopes: []string{"bookmarks:read"}, formOnly: true},
		"bookmarks.remove": {do: bookmarksRemove, tier: tier2, kinds: botOrUser, scopes: []string{"bookmarks:write"}},

		"files.getUploadURLExternal":   {do: filesGetUploadURL, tier: tier4, kinds: botOrUser, scopes: []string{"files:write"}, formOnly: true},
		"files.completeUploadExternal": {do: filesComplete, tier: tier4, kinds: botOrUser, scopes: []string{"files:write"}},
		"files.info":                   {do: filesInfo, tier: tier4, kinds: botOrUser, scopes: []string{"files:read"}, formOnly: true},
		"files.list":                   {do: filesList, tier: tier3, kinds: botOrUser, scopes: []string{"files:read"}, formOnly: true},
		"files.delete":                 {do: filesDelete, tier: tier3, kinds: botOrUser, scopes: []string{"files:write"}},
		"files.upload":                 {do: func(*call) (obj, error) { return nil, fail("method_deprecated") }, tier: tier2, kinds: botOrUser},

		"views.open":    {do: viewsOpen, tier: tier4, kinds: botOrUser},
		"views.push":    {do: viewsPush, tier: tier4, kinds: botOrUser},
		"views.update":  {do: viewsUpdate, tier: tier4, kinds: botOrUser},
		"views.publish": {do: viewsPublish, tier: tier4, kinds: botOrUser},

		"admin.conversations.setCustomRetention":      {do: adminSetRetention, tier: tier2, kinds: onlyUser, scopes: []string{"admin.conversations:write"}},
		"admin.conversations.getCustomRetention":      {do: adminGetRetention, tier: tier2, kinds: onlyUser, scopes: []string{"admin.conversations:read"}, formOnly: true},
		"admin.conversations.removeCustomRetention":   {do: adminRemoveRetention, tier: tier2, kinds: onlyUser, scopes: []string{"admin.conversations:write"}},
		"admin.conversations.delete":                  {do: adminDelete, tier: tier2, kinds: onlyUser, scopes: []string{"admin.conversations:write"}},
		"admin.conversations.archive":                 {do: adminArchive, tier: tier2, kinds: onlyUser, scopes: []string{"admin.conversations:write"}},
		"admin.conversations.unarchive":               {do: adminUnarchive, tier: tier2, kinds: onlyUser, scopes: []string{"admin.conversations:write"}},
		"admin.conversations.invite":                  {do: adminInvite, tier: tier2, kinds: onlyUser, scopes: []string{"admin.conversations:write"}},
		"admin.conversations.setConversationPrefs":    {do: adminSetPrefs, tier: tier3, kinds: onlyUser, scopes: []string{"admin.conversations:write"}},
		"admin.conversations.getConversationPrefs":    {do: adminGetPrefs, tier: tier2, kinds: onlyUser, scopes: []string{"admin.conversations:read"}, formOnly: true},
		"admin.conversations.restrictAccess.addGroup": {do: adminAddGroup, tier: tier2, kinds: onlyUser, scopes: []string{"admin.conversations:write"}},
	} {
		methods[name] = m
	}
}

// allBotScopes are those a bot token can have, as far as methods here ask for them.
var allBotScopes = []string{"app_mentions:read", "bookmarks:read", "bookmarks:write", "channels:history", "channels:join", "channels:manage",
	"channels:read", "channels:write.invites", "channels:write.topic", "chat:write", "chat:write.customize", "chat:write.public", "commands",
	"files:read", "files:write", "groups:history", "groups:read", "groups:write", "groups:write.invites", "groups:write.topic",
	"im:history", "im:read", "im:write", "mpim:history", "mpim:read", "mpim:write", "pins:read", "pins:write", "reactions:read",
	"team.billing:read", "team:read", "users:read", "users:read.email"}

// allAdminScopes are those of an administrator's user token.
var allAdminScopes = []string{"admin.conversations:read", "admin.conversations:write", "channels:history", "channels:read", "channels:write",
	"chat:write", "files:read", "files:write", "groups:history", "groups:read", "groups:write", "im:history", "im:read", "im:write",
	"mpim:history", "mpim:read", "mpim:write", "pins:read", "pins:write", "team.billing:read", "team:read", "users:read", "users:read.email"}
