package region_test

import (
	"testing"

	"github.com/convenantbot/convenantbot/deploy"
	"github.com/convenantbot/convenantbot/rules/region"
)

func TestTheShippedPacksLoad(t *testing.T) {
	packs, err := region.LoadAll(deploy.Regions, "regions")
	if err != nil {
		t.Fatal(err)
	}
	for _, id := range []string{"model", "amersfoort", "mvs"} {
		if packs[id] == nil {
			t.Errorf("no pack %s", id)
		}
	}
}
