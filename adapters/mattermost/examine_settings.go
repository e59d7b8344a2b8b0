package mattermost

import (
	"context"
	"fmt"
	"net/netip"
	"net/url"
	"slices"
	"strings"

	"github.com/mattermost/mattermost/server/public/model"
)

// examineSettings looks at the server's settings.
func (c *Chat) examineSettings(ctx context.Context, out *findings, admin *model.Client4) {
	cfg, _, err := admin.GetConfig(ctx)
	if err != nil {
		out.add("settings", Unknown, kindName(fail("read the settings", err)))
		return
	}
	out.add("settings", Good, "")
	flag := func(code string, value *bool, want bool, otherwise Level) {
		if value == nil {
			out.add(code, Unknown, "")
			return
		}
		out.add(code, when(*value == want, Good, otherwise), fmt.Sprint(*value))
	}
	s := cfg.ServiceSettings
	flag("public_links", cfg.FileSettings.EnablePublicLink, false, Broken)
	flag("api_channel_deletion", s.EnableAPIChannelDeletion, false, Broken)
	flag("api_post_deletion", s.EnableAPIPostDeletion, true, Broken)
	// Such a message passes no hook at all.
	flag("burn_on_read", s.EnableBurnOnRead, false, Broken)
	flag("attachments", cfg.FileSettings.EnableFileAttachments, true, Advice)
	flag("link_previews", s.EnableLinkPreviews, false, Advice)
	flag("multi_factor", s.EnforceMultifactorAuthentication, true, Advice)
	flag("plugin_uploads", cfg.PluginSettings.EnableUploads, true, Advice)
	flag("custom_emoji", s.EnableCustomEmoji, false, Advice)
	flag("local_mode", s.EnableLocalMode, false, Advice)
	flag("rate_limit", cfg.RateLimitSettings.Enable, true, Advice)
	contents(out, "push_contents", cfg.EmailSettings.SendPushNotifications, cfg.EmailSettings.PushNotificationContents,
		model.IdLoadedNotification, model.GenericNotification, model.GenericNoChannelNotification)
	contents(out, "mail_contents", cfg.EmailSettings.SendEmailNotifications, cfg.EmailSettings.EmailNotificationContentsType,
		model.EmailNotificationContentsGeneric)
	open := widelyOpen(text(s.AllowedUntrustedInternalConnections))
	out.add("internal_connections", when(len(open) == 0, Good, Advice), strings.Join(open, " "))
	flag("insecure_connections", s.EnableInsecureOutgoingConnections, false, Broken)
	flag("guest_accounts", cfg.GuestAccountsSettings.Enable, false, Advice)
	// A new account has this language, and the bot speaks the language of an account.
	language := text(cfg.LocalizationSettings.DefaultClientLocale)
	out.add("language", when(language == "nl", Good, Advice), language)
	settings := cfg.PluginSettings.Plugins[PluginID]
	botURL, _ := settings["boturl"].(string)
	clear := inTheClear(map[string]string{"mattermost.url": c.o.URL, "BotURL": botURL, "SiteURL": text(s.SiteURL)})
	out.add("addresses", when(len(clear) == 0, Good, Advice), strings.Join(clear, " "))
}

// inTheClear names the addresses that are not on this machine and not encrypted,
// and those that are none.
func inTheClear(addresses map[string]string) []string {
	var bad []string
	for name, address := range addresses {
		u, err := url.Parse(address)
		if err != nil || u.Host == "" {
			bad = append(bad, name)
			continue
		}
		ip, err := netip.ParseAddr(u.Hostname())
		here := u.Hostname() == "localhost" || err == nil && ip.IsLoopback()
		if u.Scheme != "https" && !here {
			bad = append(bad, name)
		}
	}
	slices.Sort(bad)
	return bad
}

// contents looks at a kind of notification that leaves the server.
func contents(out *findings, code string, sent *bool, kind *string, safe ...string) {
	if sent == nil {
		out.add(code, Unknown, "")
		return
	}
	if !*sent {
		out.add(code, Good, "off")
		return
	}
	level := Broken
	for _, s := range safe {
		if text(kind) == s {
			level = Good
		}
	}
	out.add(code, level, text(kind))
}

// widelyOpen lists what is more than one machine in the list of internal
// addresses that the server may connect to for anybody's link or webhook. The
// plugin itself needs none of them.
func widelyOpen(list string) []string {
	var open []string
	for _, one := range strings.FieldsFunc(list, func(r rune) bool { return r == ' ' || r == ',' }) {
		if one == "*" {
			open = append(open, one)
		}
		if p, err := netip.ParsePrefix(one); err == nil && !p.IsSingleIP() {
			open = append(open, one)
		}
	}
	return open
}
