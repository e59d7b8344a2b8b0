package main

import (
	"slices"
	"strings"

	"github.com/convenantbot/convenantbot/adapters/mattermost"
	"github.com/convenantbot/convenantbot/internal/config"
	"github.com/convenantbot/convenantbot/rules/region"
)

// pagesCode is what doctor finds about the bot's own pages.
const pagesCode = "vault_pages"

// diagnosePages looks whether what the region keeps in the vault can be kept there.
func diagnosePages(cfg config.Config) (mattermost.Finding, error) {
	pack, _, err := loadRegion(cfg.Region)
	if err != nil {
		return mattermost.Finding{}, err
	}
	return vaultPages(pack, cfg.Pages), nil
}

// vaultPages is the finding for a region. Without pages there is no vault, and what
// belongs in it is posted: nobody should find that out later.
func vaultPages(pack *region.Pack, pages config.Pages) mattermost.Finding {
	if pages.Used() || len(pack.Vault) == 0 {
		return mattermost.Finding{Code: pagesCode, Level: mattermost.Good, Have: pages.URL}
	}
	kept := strings.Join(slices.Sorted(slices.Values(pack.Vault)), ", ")
	return mattermost.Finding{Code: pagesCode, Level: mattermost.Broken, Have: kept}
}
