package judge_test

import (
	"sync"
	"testing"

	"github.com/convenantbot/convenantbot/bot/judge"
	"github.com/convenantbot/convenantbot/deploy"
	"github.com/convenantbot/convenantbot/rules/bundle"
)

var defaultJudge = sync.OnceValues(func() (*judge.Judge, error) {
	return judge.Load(bundle.FS, deploy.Regions, "regions")
})

// mustJudge is the judge of the default rules and the shipped regions.
func mustJudge(t testing.TB) *judge.Judge {
	t.Helper()
	j, err := defaultJudge()
	if err != nil {
		t.Fatal(err)
	}
	return j
}
