package reports

import (
	"strconv"

	"dynalloc/bench"
)

// A document is what the text and the Markdown report say; they differ in dress.
type document struct {
	title    string
	setting  []string // cluster, seed, deadlines: a line each
	story    []string // sentences
	sections []section
	notes    []string // what the numbers mean and what limits them
}

// A section is a table under a heading.
type section struct {
	heading string
	table   table
}

// compose writes the report of a comparison; a detailed one has tables that would
// make a screen too long.
func compose(r *bench.Results, detailed bool) document {
	s := r.Suite
	d := document{
		title: s.Workload.Name + ": " + plural(len(s.Workload.Apps), "application") + " under " + plural(len(s.Policies), "policy"),
		setting: []string{
			"cluster:   " + clusterOf(r.Suite),
			"seed:      " + seed(r),
			"deadlines: " + r.DeadlineBasis,
		},
		story: story(r),
		notes: notes(r),
	}
	if text := s.Prices.String(); text != "" {
		d.setting = append(d.setting, "prices:    "+text)
	}
	d.sections = append(d.sections, section{"All applications", overview(r.Rows(""))})
	if len(r.Runs) > 1 {
		d.sections = append(d.sections, section{"Difference to " + r.Runs[0].Policy.Name, differences(r)})
		t, note := told(r)
		if len(t.rows) > 0 {
			d.sections = append(d.sections, section{"What of it can be told", t})
		}
		d.notes = append(d.notes, note)
	}
	if t := late(r); len(t.rows) > 0 {
		d.sections = append(d.sections, section{"How late, and how much time was left", t})
	}
	if t := sweep(r); len(t.rows) > 0 {
		d.sections = append(d.sections, section{"Misses if deadlines were " + r.Slack.Of.Times(), t})
	}
	d.sections = append(d.sections, section{"Where the wait and the executor time go", parts(r.Rows(""))})
	d.sections = append(d.sections, whereTimeWent(r)...)
	if t := again(replays(r.Rows(""))); len(t.rows) > 0 {
		d.sections = append(d.sections, section{"Lost with executors and done again", t})
	}
	if detailed || priced(r.Rows("")) {
		d.sections = append(d.sections, section{"What is held and what it costs", metricTable(r.Rows(""), costColumns)})
		d.notes = append(d.notes, makespanNotes(r)...)
	}
	if detailed {
		d.sections = append(d.sections, section{"Elasticity and fairness", metricTable(r.Rows(""), elasticColumns)})
	}
	if len(r.Classes) > 1 {
		d.sections = append(d.sections, section{"By class", byClass(r)})
	}
	if t := bill(r); len(t.rows) > 0 {
		d.sections = append(d.sections, section{"Who pays for whom: " + r.Runs[0].Policy.Name + " with one class under another policy", t})
	}
	if t := faults(r); len(t.rows) > 0 {
		d.sections = append(d.sections, section{"What the faults cost: " + faultList(r), t})
	}
	if t := policyList(r); len(t.rows) > 0 {
		d.sections = append(d.sections, section{"Policies", t})
	}
	return d
}

// faultList names what goes wrong.
func faultList(r *bench.Results) string {
	var texts []string
	for _, f := range r.Suite.Config.Faults {
		texts = append(texts, f.String())
	}
	return list(texts, 3)
}

func clusterOf(s *bench.Suite) string {
	text := s.Config.Cluster.String()
	if s.Config.Cluster.Assumed {
		text += " (assumed from the logs)"
	}
	return text
}

func seed(r *bench.Results) string { return strconv.FormatUint(r.Suite.Config.Seed, 10) }
