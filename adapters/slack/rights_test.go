package slack_test

import (
	"testing"

	"github.com/convenantbot/convenantbot/adapters/slack"
	"github.com/convenantbot/convenantbot/bot/bottest"
	"github.com/convenantbot/convenantbot/internal/slackfake"
)

// The whole contract holds with the rights and events that the manifest asks for, and
// without any other.
func TestPlatformWithTheRightsOfTheManifest(t *testing.T) {
	m, _ := mustManifest(t, "manifest.yaml")
	admin, _ := mustManifest(t, "manifest-beheer.yaml")
	o := options{Admin: true, Options: m.Options(slackfake.Pro)}
	o.SocketMode, o.AdminScopes = false, admin.OAuth.Scopes.User
	var except []bottest.Exception
	for _, l := range slack.Limits(slack.PlanPro, true) {
		for _, c := range l.Cases {
			except = append(except, bottest.Exception{Case: c, Code: l.Code})
		}
	}
	bottest.Platform(t, func(t *testing.T) bottest.PlatformBench { return newHouse(t, o).bench() }, except...)
}
