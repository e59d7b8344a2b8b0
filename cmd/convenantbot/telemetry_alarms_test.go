package main

import (
	"encoding/json"
	"regexp"
	"strings"
	"testing"

	"go.yaml.in/yaml/v3"
)

// alarm is one rule of Prometheus.
type alarm struct {
	Alert       string
	Expr        string
	For         string
	Labels      map[string]string
	Annotations map[string]string
}

func mustAlarms(t testing.TB) (all []alarm) {
	t.Helper()
	var file struct {
		Groups []struct {
			Name  string
			Rules []alarm
		}
	}
	if err := yaml.Unmarshal(mustDeployed(t, "prometheus/alarms.yaml"), &file); err != nil {
		t.Fatal(err)
	}
	for _, g := range file.Groups {
		all = append(all, g.Rules...)
	}
	if len(all) < 8 {
		t.Fatalf("%d alarms", len(all))
	}
	return all
}

// Not the parser of Prometheus, but what goes wrong when one writes by hand:
// brackets, and labels or values that no instrument has.
func TestTheAlarmsAndTheDashboardUseLabelsThatExist(t *testing.T) {
	bundle, err := loadBundle("")
	if err != nil {
		t.Fatal(err)
	}
	values := labelValues(bundle)
	var exprs []string
	for _, a := range mustAlarms(t) {
		exprs = append(exprs, a.Expr)
	}
	var board struct {
		UID    string
		Panels []struct {
			Title   string
			Targets []struct{ Expr string }
		}
	}
	if err := json.Unmarshal(mustDeployed(t, "grafana/convenantbot.json"), &board); err != nil {
		t.Fatal(err)
	}
	for _, p := range board.Panels {
		if p.Title == "" || len(p.Targets) == 0 {
			t.Errorf("panel %q asks for nothing", p.Title)
		}
		for _, target := range p.Targets {
			exprs = append(exprs, target.Expr)
		}
	}
	for _, expr := range exprs {
		for _, pair := range []string{"()", "{}", "[]"} {
			if strings.Count(expr, pair[:1]) != strings.Count(expr, pair[1:]) {
				t.Errorf("%s: the %s do not match", expr, pair)
			}
		}
		for _, m := range regexp.MustCompile(`([a-z_]+)(=~|=|!=)"([^"]*)"`).FindAllStringSubmatch(expr, -1) {
			if m[1] == "job" {
				continue // Prometheus' own label
			}
			known := values[m[1]]
			for _, v := range strings.Split(m[3], "|") {
				found := false
				for _, k := range known {
					found = found || k == v
				}
				if !found {
					t.Errorf("%s: label %s never has %q", expr, m[1], v)
				}
			}
		}
	}
}
