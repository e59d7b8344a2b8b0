package slack

// Need is a method of the Web API that the bot calls, with what it must be allowed
// for it. The tables here are what the app's manifest is checked against: nothing is
// called without its scope, and no scope is asked for that nothing needs.
type Need struct {
	Method string
	Call   string   // the library's function; blank: another way
	Scopes []string // of the bot's token, all of them
	Admin  []string // of the administrator's token, where it calls this too
}

// Needs are all methods that are called.
//
// Source: each method's page. A scope that begins with groups: is for private
// channels, im: for direct conversations and channels: for public ones. Of those the
// bot only reads where it was mentioned: whether an answer that got lost stands there,
// and a file that it was given. It hears no events of them but mentions.
var Needs = []Need{
	{Method: "auth.test", Call: "AuthTestContext"},
	{Method: "team.billing.info", Scopes: []string{"team.billing:read"}},
	{Method: "users.info", Call: "GetUserInfoContext", Scopes: []string{"users:read"}},
	{Method: "users.conversations", Call: "GetConversationsForUserContext", Scopes: []string{"groups:read"}},

	{Method: "conversations.create", Call: "CreateConversationContext", Scopes: []string{"groups:write"}},
	{Method: "conversations.info", Call: "GetConversationInfoContext", Scopes: []string{"groups:read"}},
	{Method: "conversations.members", Call: "GetUsersInConversationContext", Scopes: []string{"groups:read"}},
	{Method: "conversations.invite", Call: "InviteUsersToConversationContext", Scopes: []string{"groups:write"}},
	{Method: "conversations.kick", Call: "KickUserFromConversationContext", Scopes: []string{"groups:write"}},
	{Method: "conversations.archive", Call: "ArchiveConversationContext", Scopes: []string{"groups:write"}},
	{Method: "conversations.setPurpose", Call: "SetPurposeOfConversationContext", Scopes: []string{"groups:write"}},
	{Method: "conversations.history", Call: "GetConversationHistoryContext", Scopes: []string{"channels:history", "groups:history", "im:history"}},
	{Method: "conversations.replies", Call: "GetConversationRepliesContext", Scopes: []string{"channels:history", "groups:history", "im:history"}},
	{Method: "conversations.open", Call: "OpenConversationContext", Scopes: []string{"im:write"}},

	{Method: "chat.postMessage", Call: "PostMessageContext", Scopes: []string{"chat:write"}},
	{Method: "chat.postEphemeral", Call: "PostEphemeralContext", Scopes: []string{"chat:write"}},
	{Method: "chat.delete", Call: "DeleteMessageContext", Scopes: []string{"chat:write"}, Admin: []string{"chat:write"}},
	{Method: "pins.add", Call: "AddPinContext", Scopes: []string{"pins:write"}},

	{Method: "files.getUploadURLExternal", Call: "GetUploadURLExternalContext", Scopes: []string{"files:write"}},
	{Method: "files.completeUploadExternal", Call: "CompleteUploadExternalContext", Scopes: []string{"files:write"}},
	{Method: "files.info", Call: "GetFileInfoContext", Scopes: []string{"files:read"}},
	{Method: "files.list", Call: "GetFilesContext", Scopes: []string{"files:read"}},
	{Method: "files.delete", Call: "DeleteFileContext", Scopes: []string{"files:write"}, Admin: []string{"files:write"}},

	{Method: "views.open", Call: "OpenViewContext"},
	{Method: "views.update", Call: "UpdateViewContext"},
	{Method: "views.publish", Call: "PublishViewContext"},

	{Method: "admin.conversations.setCustomRetention", Call: "AdminConversationsSetCustomRetention", Admin: []string{"admin.conversations:write"}},
	{Method: "admin.conversations.delete", Call: "AdminConversationsDelete", Admin: []string{"admin.conversations:write"}},
}

// Hearing is an event that the app subscribes to, with the scope that it comes by.
type Hearing struct {
	Event string
	Scope string // blank: it needs none
}

// Hears are all events that something is done with.
//
// Source: each event's page.
var Hears = []Hearing{
	{"app_home_opened", ""},
	{"app_mention", "app_mentions:read"},
	{"app_uninstalled", ""},
	{"channel_shared", "groups:read"},
	{"file_shared", "files:read"},
	{"group_archive", "groups:read"},
	{"group_deleted", "groups:read"},
	{"group_left", "groups:read"},
	{"group_rename", "groups:read"},
	{"group_unarchive", "groups:read"},
	{"member_joined_channel", "groups:read"},
	{"member_left_channel", "groups:read"},
	{"message.groups", "groups:history"},
	{"message.im", "im:history"},
	{"tokens_revoked", ""},
}
