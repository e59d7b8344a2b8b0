package main

import (
	"cmp"
	"fmt"
	"io"
	"slices"
	"strings"
	"text/tabwriter"
	"time"
)

// limit is something that there is only so much of.
type limit struct {
	what       string
	needed     float64
	has        float64
	unit, note string
}

// room is how many times more than needed there is.
func (l limit) room() float64 { return l.has / max(l.needed, 1e-9) }

// top returns the busiest day by of, and the 99th part of all.
func top(days []day, of func(day) int64) (at int, most, p99 int64) {
	all := make([]int64, len(days))
	for i, d := range days {
		if all[i] = of(d); all[i] > most {
			at, most = i, all[i]
		}
	}
	slices.Sort(all)
	return at, most, all[len(all)*99/100]
}

// limits are where growth ends first, tightest first.
func limits(a Assumptions, t *Totals, c *Costs) []limit {
	_, acts, _ := top(t.Days, func(d day) int64 { return d.acts })
	_, entries, _ := top(t.Days, func(d day) int64 { return d.entries })
	_, erased, _ := top(t.Days, func(d day) int64 { return d.erased })
	peak := func(perDay int64) float64 { return float64(perDay) * a.PeakHour / 3600 * a.PeakBurst }
	biggest := slices.Max(t.Regions)
	share := float64(biggest) / float64(t.Opened)
	last := t.Alive[len(t.Alive)-1]
	all := []limit{
		{"writing (PostgreSQL or SQLite)", peak(acts) * (1 + 2*a.EventsPerAct), c.ActsPer, "transactions/s", fmt.Sprintf("busiest minute; %d writers at once were measured", c.Writers)},
		{"growing the tree of the log", peak(entries), 1 / c.Sequence.Seconds(), "entries/s", "one copy at a time does it"},
		{"the chat server of the largest region", peak(acts) * a.EventsPerAct * a.CallsPerEvent * share, a.PlatformPerSecond, "calls/s", fmt.Sprintf("it has %.1f%% of all casussen", share*100)},
		{"erasing in the busiest night", float64(erased) * c.Erase.Seconds() / 3600, a.NightHours, "hours", "one at a time"},
		{"verifying the whole log in a night", (float64(last.Entries)*c.Verify.Seconds() + float64(last.Casussen)*c.Beside.Seconds()) / 3600, a.NightHours, "hours", "in the last year; one process"},
	}
	slices.SortFunc(all, func(x, y limit) int { return cmp.Compare(x.room(), y.room()) })
	return all
}

// rowBytes is what one row of a table takes, 0 where it was not measured.
func (c *Costs) rowBytes(table string) float64 {
	for _, b := range c.Bytes {
		if b.Table == table {
			return b.Each
		}
	}
	return 0
}

// stored is what is there at one moment, table by table.
func (c *Costs) stored(r rowSums) []tableBytes {
	var all []tableBytes
	for _, one := range []struct {
		table string
		rows  int64
	}{
		{"casussen", r.Casussen}, {"keys", r.Casussen}, {"memberships", r.Members}, {"consents", r.Consents}, {"files", r.Files},
		{"verdicts", r.Verdicts}, {"jobs", r.Jobs}, {"audit_entries", r.Entries}, {"audit_bodies", r.EntriesWithBodies}, {"audit_leaves", r.Entries},
		{"audit_hashes", 2 * r.Entries}, {"audit_heads", r.Casussen + r.Receipts},
	} {
		all = append(all, tableBytes{one.table, one.rows, c.rowBytes(one.table)})
	}
	// What stays of an erased casus beside its log was not in the sample when it
	// was weighed: its receipt, a row that names it, and that its key is destroyed.
	return append(all, tableBytes{"casussen, erased", r.Receipts, 400}, tableBytes{"receipts", r.Receipts, 600}, tableBytes{"destroyed", r.Receipts, 120})
}

func gigabytes(all []tableBytes) (sum float64) {
	for _, b := range all {
		sum += float64(b.Rows) * b.Each
	}
	return sum / 1e9
}

// Report writes what came out, in Markdown. The first part is the same for the
// same seed; the second one depends on the machine.
func Report(out io.Writer, a Assumptions, t *Totals, c *Costs, took time.Duration) error {
	var s strings.Builder
	p := func(format string, args ...any) { fmt.Fprintf(&s, format+"\n", args...) }
	date := func(n int) string { return begin.AddDate(0, 0, n).Format("2 Jan 2006") }
	p("## The model\n\n%d casussen in %d regions over %d years, seed %d.\n", a.Casussen, a.Regions, a.Years, a.Seed)
	p("At the end %d were erased, %d are open, %d closed, %d archived and %d kept for ever. %d had a hold; %d waited for a person longer than their term.", t.Erased, t.Open, t.Closed, t.Archived, t.ForEver, t.Held, t.Late)
	var entries, acts, reminded, human, announced int64
	for _, d := range t.Days {
		entries, acts, reminded, human, announced = entries+d.entries, acts+d.acts, reminded+d.reminded, human+d.human, announced+d.announced
	}
	n := float64(t.Opened)
	p("Per casus: %.1f acts, %.1f entries in the log (%.1f of them reminders and what waits for a person), %.1f looks at its retention, %.1f MB of files through the gate.\n",
		float64(acts)/n, float64(entries)/n, float64(reminded+human)/n, float64(t.Looks)/n, float64(t.FileBytes)/n/1e6)
	at, most, p99 := top(t.Days, func(d day) int64 { return d.acts })
	peak := float64(most) * a.PeakHour / 3600
	p("Busiest day: %s with %d acts (p99 of days %d); in its busiest hour %.2f acts/s and %.1f events/s, in the busiest minute %.1f events/s.", date(at), most, p99, peak, peak*a.EventsPerAct, peak*a.EventsPerAct*a.PeakBurst)
	at, most, p99 = top(t.Days, func(d day) int64 { return d.erased })
	_, looks, _ := top(t.Days, func(d day) int64 { return d.looks })
	p("Erased in the busiest night: %d, on %s (p99 %d, mean %.0f). Looks at retention on the busiest day: %d.\n", most, date(at), p99, float64(t.Erased)/float64(len(t.Days)), looks)

	p("| after year | casussen alive | erased | entries | of them with text | files | jobs |\n| ---: | ---: | ---: | ---: | ---: | ---: | ---: |")
	for y, r := range t.Alive {
		if y == 0 || (y+1)%5 == 0 || y == len(t.Alive)-1 {
			p("| %d | %d | %d | %d | %d | %d | %d |", y+1, r.Casussen, r.Receipts, r.Entries, r.EntriesWithBodies, r.Files, r.Jobs)
		}
	}

	p("\n## What it costs on this machine\n\n%s, %d casussen in the sample; the model itself took %s.\n", c.Store, c.Sample, took.Round(time.Second))
	whose := "our process only; that of the database could not be seen"
	if c.Database {
		whose = "ours and the database's"
	}
	us := func(d time.Duration) string { return d.Round(time.Microsecond).String() }
	p("| operation | took | processor (%s) |\n| --- | ---: | ---: |", whose)
	p("| one act: casus read and saved, entry, job | %s | %s |", us(c.Act), us(c.ActCPU))
	p("| one event: stored, and marked as handled | %s | %s |", us(c.Event), us(c.EventCPU))
	p("| erasing one casus | %s | %s |", us(c.Erase), us(c.EraseCPU))
	p("| judging retention once | %s | |\n| one casus in the nightly plan | %s | |", us(c.Judge), us(c.Due))
	p("| one entry into the tree | %s | |\n| verifying one entry | %s | |\n| verifying the records of one casus that is there | %s | |", us(c.Sequence), us(c.Verify), us(c.Beside))
	p("| acts/s with %d writers | %.0f | |\n", c.Writers, c.ActsPer)
	_, strong, _ := top(t.Days, func(d day) int64 { return d.archived + d.announced + d.erased + d.reminded + d.human })
	p("The plan of the busiest night (%d casussen for which something is to be done) takes %.1f s; erasing in the busiest night %.0f s.\n", strong, float64(strong)*c.Due.Seconds(), float64(most)*c.Erase.Seconds())

	p("| table, after %d years | rows | bytes a row | GB |\n| --- | ---: | ---: | ---: |", a.Years)
	last := c.stored(t.Alive[len(t.Alive)-1])
	slices.SortStableFunc(last, func(x, y tableBytes) int {
		return cmp.Compare(float64(y.Rows)*y.Each, float64(x.Rows)*x.Each)
	})
	for _, b := range last {
		p("| %s | %d | %.0f | %.2f |", b.Table, b.Rows, b.Each, float64(b.Rows)*b.Each/1e9)
	}
	total, sum := gigabytes(last), 0.0
	for _, r := range t.Alive {
		sum += gigabytes(c.stored(r))
	}
	p("| all | | | %.1f |", total)
	p("\n| after year | GB |\n| ---: | ---: |")
	for y, r := range t.Alive {
		if y == 0 || (y+1)%5 == 0 {
			p("| %d | %.1f |", y+1, gigabytes(c.stored(r)))
		}
	}
	cpuPerEvent := c.EventCPU + time.Duration(float64(c.ActCPU)/a.EventsPerAct)
	cpuPerCasus := time.Duration(float64(acts)/n*(float64(c.ActCPU)+a.EventsPerAct*float64(c.EventCPU))) + c.EraseCPU +
		time.Duration(float64(t.Looks)/n*float64(c.Judge)) + time.Duration(float64(entries)/n*float64(c.Sequence))
	euro := cpuPerCasus.Hours() * a.EuroPerCPUHour / a.Utilisation
	storage := sum * 12 * a.EuroPerGBMonth * a.CopiesOfStorage / n
	p("\nPer event %.2f ms of processor; per casus %.0f ms of processor, %.0f kB while it lives and %.0f kB after it was erased (%.0f kB once the text of its entries went).",
		float64(cpuPerEvent.Microseconds())/1000, float64(cpuPerCasus.Milliseconds()), float64(c.PerCasus)/1000, float64(c.Left)/1000, float64(c.Bare)/1000)
	p("In money: € %.6f of processor and € %.6f of storage a casus, over all its years (a core at € %.3f an hour of which %.0f%% is used, a GB at € %.2f a month, %.0f copies).\n",
		euro, storage, a.EuroPerCPUHour, a.Utilisation*100, a.EuroPerGBMonth, a.CopiesOfStorage)

	w := tabwriter.NewWriter(&s, 0, 0, 1, ' ', 0)
	fmt.Fprintln(w, "| what there is only so much of\t| needed\t| there is\t| room\t| |\n| ---\t| ---:\t| ---:\t| ---:\t| --- |")
	all := limits(a, t, c)
	for _, l := range all {
		fmt.Fprintf(w, "| %s\t| %.2f %s\t| %.0f\t| %.1f ×\t| %s |\n", l.what, l.needed, l.unit, l.has, l.room(), l.note)
	}
	w.Flush()
	p("\nThe first limit is %s.", all[0].what)
	_, err := io.WriteString(out, s.String())
	return err
}
