package text

// What doctor looks at: for each code the promise that hangs on it and what to
// do when it is not as it should be. The codes are those of the adapters and of
// the command; a test there compares them with this list.
var (
	doctorPromises = defineNames("doctor.promise", doctorCodes...)
	doctorFixes    = defineNames("doctor.fix", doctorCodes...)
)

var doctorCodes = []string{
	"region", "rules", "key_files", "data_dir", "store", "directory", "team", "kill_switch", "vault_pages", "drawing",
	"bucket", "bucket_writes", "bucket_erases", "bucket_closed", "bucket_versions", "bucket_pieces",
	"oidc", "oidc_keys", "oidc_pkce", "oidc_redirect", "oidc_client", "oidc_logout",
	"redis", "redis_version", "redis_eviction", "redis_persistence", "redis_user", "redis_tls", "redis_clock",
	"server", "server_elsewhere", "server_version", "edition", "bot_token", "bot_account", "bot_rights", "bot_team", "admin_token", "erase_token",
	"plugin", "plugin_state", "sentry", "plugin_version", "bridge", "plugin_database", "plugin_panics", "events_waiting", "guard", "clock",
	"settings", "public_links", "api_channel_deletion", "api_post_deletion", "burn_on_read", "attachments", "link_previews",
	"multi_factor", "plugin_uploads", "custom_emoji", "local_mode", "push_contents", "mail_contents", "rate_limit", "language", "internal_connections",
	"insecure_connections", "guest_accounts", "addresses", "bot_tokens",
	"room_rights", "team_rights", "room_admins", "room_bots", "room_guests", "other_plugins",
	"slack_server", "slack_token", "slack_scopes", "slack_rotation", "slack_admin_token", "slack_plan", "slack_limits",
}

// DoctorPromise is the promise that hangs on what doctor looked at. A code that
// is not explained is its own promise.
func DoctorPromise(l Lang, code string) string { return doctorPromises.in(l, code) }

// DoctorFix is what to do about it.
func DoctorFix(l Lang, code string) string { return doctorFixes.in(l, code) }

// DoctorCodes lists the codes that are explained.
func DoctorCodes() []string { return doctorCodes }

// Arguments of what doctor says.
type (
	// DoctorLine is one finding as people read it.
	DoctorLine struct {
		Code, Level, Have, Promise, Fix string
	}

	// DoctorArgs is what the administrator hears.
	DoctorArgs struct {
		Lines []DoctorLine // not good ones only
	}

	// DoctorSumArgs closes the list of the command.
	DoctorSumArgs struct{ Good, Advice, Broken, Unknown int }
)

// The levels as people read them.
var doctorLevels = defineNames("doctor.level", "good", "advice", "broken", "unknown")

// DoctorLevel is a level as people read it.
func DoctorLevel(l Lang, level string) string { return doctorLevels.in(l, level) }

// What doctor says.
var (
	DoctorReport   = define[DoctorArgs]("doctor.report")    // to the administrator
	DoctorEntry    = define[DoctorLine]("doctor.entry")     // one finding, on the terminal
	DoctorSum      = define[DoctorSumArgs]("doctor.sum")    // under the list
	DoctorLock     = define[None]("doctor.lock")            // before the rights are taken
	DoctorLocked   = define[None]("doctor.locked")          // after it
	DoctorUnlocked = define[None]("doctor.unlocked")        // after they were given back
	DoctorNoToken  = define[None]("doctor.no_token")        // --fix without an administrator's token
	DoctorNothing  = define[None]("doctor.nothing_to_lock") // --fix where nothing is to be done
)

func (n names) in(l Lang, value string) string {
	if m, ok := n[value]; ok {
		return m.In(l, None{})
	}
	return value
}
