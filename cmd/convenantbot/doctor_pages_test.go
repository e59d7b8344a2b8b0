package main

import (
	"strings"
	"testing"

	"github.com/convenantbot/convenantbot/adapters/mattermost"
	"github.com/convenantbot/convenantbot/internal/config"
	"github.com/convenantbot/convenantbot/rules/region"
)

func TestDoctorSaysThatHealthIsPostedWhereThereAreNoPages(t *testing.T) {
	path := mustSettings(t, "region: amersfoort\n")
	found, code := doctorSays(t, path)
	if f := found[pagesCode]; f.Severity != mattermost.Broken || f.Have != "health" || code == exitDone || !strings.Contains(f.Fix, "pages.url") || !strings.Contains(f.Fix, "vault: []") {
		t.Errorf("without pages: %+v, exit code %d", f, code)
	}
	found, _ = doctorSays(t, mustSettings(t, "pages: {url: 'https://kluis.example.org'}\n"))
	if f := found[pagesCode]; f.Severity != mattermost.Good {
		t.Errorf("with pages: %+v", f)
	}
}

// What a region chose not to keep in the vault is no fault.
func TestARegionWithoutAVaultNeedsNoPages(t *testing.T) {
	for _, c := range []struct {
		name string
		kept []string
		url  string
		want mattermost.Level
	}{
		{"nothing is kept, and no pages", nil, "", mattermost.Good},
		{"nothing is kept, with pages", nil, "https://kluis.example.org", mattermost.Good},
		{"something is kept, with pages", []string{"health"}, "https://kluis.example.org", mattermost.Good},
		{"something is kept, and no pages", []string{"sensitive", "health"}, "", mattermost.Broken},
	} {
		got := vaultPages(&region.Pack{Vault: c.kept}, config.Pages{URL: c.url})
		if got.Level != c.want {
			t.Errorf("%s: %+v, want %s", c.name, got, c.want)
		}
		if c.want == mattermost.Broken && got.Have != "health, sensitive" {
			t.Errorf("%s: it says %q", c.name, got.Have)
		}
	}
}
