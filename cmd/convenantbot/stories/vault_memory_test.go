package stories

import (
	"bytes"
	"crypto/sha256"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"os"
	"strings"
	"testing"
)

// most is how much memory the program held at most since calm, in kB.
func (p *process) most(t *testing.T) int {
	t.Helper()
	return p.status(t, "VmHWM")
}

// calm forgets what was held at most, and returns what is held now, in kB.
func (p *process) calm(t *testing.T) int {
	t.Helper()
	if err := os.WriteFile(fmt.Sprintf("/proc/%d/clear_refs", p.cmd.Process.Pid), []byte("5"), 0); err != nil {
		t.Fatal(err)
	}
	return p.status(t, "VmRSS")
}

func (p *process) status(t *testing.T, name string) int {
	t.Helper()
	data, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", p.cmd.Process.Pid))
	if err != nil {
		t.Fatal(err)
	}
	for line := range strings.SplitSeq(string(data), "\n") {
		var kb int
		if n, _ := fmt.Sscanf(line, name+": %d kB", &kb); n == 1 {
			return kb
		}
	}
	t.Fatalf("the system does not say %s", name)
	return 0
}

const (
	largest = 100 << 20
	part    = 4 << 20
	// growth is how much more the program may hold while the largest file passes, in kB.
	growth = 32 << 10
)

// The largest file goes in and out of the vault, in parts, and is never held whole.
func TestTheLargestFilePassesInLittleMemory(t *testing.T) {
	a := mustAgreed(t)
	bring := func(size int, name string) []byte {
		t.Helper()
		old := a.daan.lastLink()
		a.daan.say(a.room, "/casus kluis")
		a.daan.press("Breng een bestand in", "kluis")
		until(t, "a link to bring in a file", patience, func() bool { return strings.Contains(a.daan.lastLink(), "/breng/") && a.daan.lastLink() != old }, a.daan.told)
		c := mustClient(t)
		status, said, at := visit(t, c, "POST", a.daan.lastLink(), "")
		if status != http.StatusOK {
			t.Fatalf("the page: %d %s", status, said)
		}
		sum, content := sha256.New(), io.LimitReader(rand.NewChaCha8([32]byte{1}), int64(size))
		for had := 0; had < size; had += part {
			piece, err := io.ReadAll(io.LimitReader(content, part))
			if err != nil {
				t.Fatal(err)
			}
			sum.Write(piece)
			r, err := http.NewRequestWithContext(t.Context(), http.MethodPut, fmt.Sprintf("%sdeel?vanaf=%d", at, had), bytes.NewReader(piece))
			if err != nil {
				t.Fatal(err)
			}
			answer, err := c.Do(r)
			if err != nil {
				t.Fatal(err)
			}
			_ = answer.Body.Close()
			if answer.StatusCode != http.StatusOK {
				t.Fatalf("from %d: %d", had, answer.StatusCode)
			}
		}
		if status, said, _ := visit(t, c, "POST", at+"klaar", fmt.Sprintf(`{"name":%q,"size":%d}`, name, size)); status != http.StatusOK || !strings.Contains(said, "nog niet geplaatst") {
			t.Fatalf("the end: %d %s", status, said)
		}
		return sum.Sum(nil)
	}
	bring(2*part, "klein.bin") // what is loaded at first use is
	before := a.bot.calm(t)
	sent := bring(largest, "groot.bin")
	in := a.bot.most(t) - before

	a.daan.press("Zeg wat erin staat", "wat staat er in")
	a.daan.fill(values{"kinds": {"health"}, "download": {"true"}})
	a.sanne.place = a.room
	a.sanne.press("Open in de kluis", "Er ligt een document in de kluis")
	until(t, "a link to read", patience, func() bool { return strings.Contains(a.sanne.lastLink(), "/kluis/") }, a.sanne.told)
	reader := mustClient(t)
	_, _, at := visit(t, reader, "POST", a.sanne.lastLink(), "")
	before = a.bot.calm(t)
	answer, err := reader.Get(at + "bestand")
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	sum := sha256.New()
	if n, err := io.Copy(sum, answer.Body); err != nil || n != largest || !bytes.Equal(sum.Sum(nil), sent) {
		t.Fatalf("%d bytes came back, %v, status %d", n, err, answer.StatusCode)
	}
	out := a.bot.most(t) - before
	t.Logf("100 MB in: %d kB more, out: %d kB more", in, out)
	if in > growth || out > growth {
		t.Errorf("100 MB took %d kB more on the way in and %d on the way out, want at most %d", in, out, growth)
	}
}
