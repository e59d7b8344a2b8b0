package story

import (
	"database/sql"
	"slices"
	"testing"
	"time"

	"github.com/convenantbot/convenantbot/cmd/convenantbot/faults/history"
	"github.com/convenantbot/convenantbot/cmd/convenantbot/faults/nemesis"
)

// breaks take something from PostgreSQL that the product wrote and acknowledged:
// every consent and every hold. To the product itself each looks as if it had
// worked.
var breaks = []string{
	`CREATE FUNCTION lose() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
		EXECUTE format('DELETE FROM %I WHERE casus = $1 AND id = $2', TG_TABLE_NAME) USING NEW.casus, NEW.id; RETURN NULL; END $$`,
	`CREATE TRIGGER lose_consent AFTER INSERT ON consents FOR EACH ROW EXECUTE FUNCTION lose()`,
	`CREATE TRIGGER lose_hold AFTER INSERT ON holds FOR EACH ROW EXECUTE FUNCTION lose()`,
}

// TestAProductThatIsBrokenOnPurposeIsFound runs the whole product on a database
// that loses what it took, before a chat server that says things twice: a
// checker that finds nothing there finds nothing anywhere.
func TestAProductThatIsBrokenOnPurposeIsFound(t *testing.T) {
	if *durationFlag > 0 {
		return // the long run looks for what is not broken on purpose
	}
	r := newRun(t, options{seed: 3, teams: 3, workers: 3, askers: 1, replicas: 1, broken: true,
		plan: []nemesis.Step{{Faults: []nemesis.Fault{{Kind: nemesis.Silent, For: 4 * time.Second}}}}})
	db, err := sql.Open("pgx", r.cluster.pg.URL)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = db.Close() }()
	for _, statement := range breaks {
		if _, err := db.Exec(statement); err != nil {
			t.Fatalf("break the product: %v", err)
		}
	}
	r.cluster.chat.Trouble.Stutter.Store(true)
	var rules []string
	for _, f := range r.tell() {
		rules = append(rules, f.Rule)
		t.Logf("found, as it should be: %.300s", f)
	}
	for _, want := range []string{"order", "held", "double"} {
		if !slices.Contains(rules, want) {
			t.Errorf("nothing was found by the rule %q in a product that is broken; found: %v", want, rules)
		}
	}
	if n := len(history.Check(nil, words())); n != 1 {
		t.Errorf("an empty history has %d findings, want one: nobody verified the log", n)
	}
}
