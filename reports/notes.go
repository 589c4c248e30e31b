package reports

import (
	"fmt"
	"slices"
	"strings"

	"dynalloc/bench"
	"dynalloc/traces"
)

// applicationsShown is how many applications one note names.
const applicationsShown = 6

// notes are what limits the results, then what the columns mean.
func notes(r *bench.Results) []string {
	out := warnings(r)
	if len(again(replays(r.Rows(""))).rows) == 0 {
		out = append(out, "No shuffle file and no cached block was lost with an executor under any policy: nothing was calculated again.")
	} else {
		out = append(out, "Done again: tasks that ran a second time because an executor took their shuffle output along, and task time spent on cached blocks that went with one. A failed application is one that Spark gives up after four attempts in a row at a stage; it misses its deadline.")
	}
	if len(whereTimeWent(r)) > 0 {
		out = append(out, "Where the time went: each millisecond of a turnaround has one cause on the critical path as it was, followed back from the end; each core-millisecond held has one cause. The parts add up exactly; causes without a share are left out. Of the execution, waves are waiting behind tasks of the same stage, which more executors would have shortened. Executors needed: from the first task that is ready until there are as many as its tasks could use.")
	}
	base := r.Runs[0].Policy.Name
	return append(out,
		fmt.Sprintf("Differences are to %s, the first row. Every number is exact for this workload, cluster and seed; another day or seed gives others.", base),
		"SLA misses: applications that took longer from submission to end than their deadline, of those that have one. Tardiness: by how much, 0 for one in time. Slack left: the share of the deadline that was left, negative for one that was late.",
		"Wait is queue wait: submission until the first executor registers, in three parts: until anything is asked (driver, backlog timer), until something is granted (the manager's queue), until it registers (start-up). Executor wait: the executor-seconds asked, allowed by the application's own limits, and not granted.",
		"Cluster held and busy: core-time held, and in which tasks ran, over all cores from the first submission to the last end. Efficiency: busy over held.",
		"Slowdown: turnaround over the critical path, the time with endless executors already up. p50, p95: quantiles by definition R-7.",
		"exec-h: executor-hours. Wasted: those held in which no task ran. Formulas: docs/METRICS.md.",
	)
}

// warnings are what limits the results: every report carries them.
func warnings(r *bench.Results) []string {
	var out []string
	if r.Suite.Config.Cluster.Assumed {
		out = append(out, "The cluster was not given: the largest cores and memory held at one time in the logs are assumed. Contention cannot be judged from an assumption; give the cluster.")
	}
	if t := r.Suite.Config.Cluster.Traits(); t.Caveat != "" {
		out = append(out, t.Title+" is "+t.Caveat+"; what is modeled, and from which documents, is in "+t.Page+".")
	}
	out = append(out, grades(r.Suite.Workload)...)
	out = append(out, WordAll(r.Suite.Config.Cluster.Notes)...)
	if slices.ContainsFunc(r.Runs, func(o bench.Outcome) bool { return o.All.Value("utilization_held") > 100 }) {
		out = append(out, "More than 100 % of the cores are held: the manager counts memory alone, as YARN's DefaultResourceCalculator does, so executors may have more cores together than the nodes. Tasks are not slower for it here, as they really would be; yarn.scheduler.capacity.resource-calculator with the DominantResourceCalculator counts cores, too.")
	}
	out = append(out, r.Notes...)
	if len(r.Truth) > 0 && len(r.Suite.Config.Faults) > 0 {
		out = append(out, "The recorded truth ran without the faults.")
	}
	if len(r.Truth) > 0 {
		out = append(out, "Recorded truth: how the applications really ran, from their logs. A log shows no grants: executors count there from registration until the driver saw them leave, and what a log cannot tell is left out.")
	}
	return out
}

// makespanNotes warn of makespans that tell when applications came and not what
// the policies did.
func makespanNotes(r *bench.Results) []string {
	apps := r.Suite.Workload.Apps
	arriving := apps[len(apps)-1].Submit - apps[0].Submit
	makespan := r.Runs[0].All.Value("makespan")
	if arriving.Seconds() < makespan/2 || arriving == 0 {
		return nil
	}
	return []string{fmt.Sprintf("Makespan: of %.0f s under %s, applications arrive for %.0f. It tells of the arrivals more than of any policy.",
		makespan, r.Runs[0].Policy.Name, arriving.Seconds())}
}

// grades names the logs that are not complete, from bad to worse.
func grades(w *traces.Workload) []string {
	var out []string
	for grade := traces.Cut; grade <= traces.Unreadable; grade++ {
		var names []string
		seen := make(map[string]bool)
		for _, a := range w.Apps {
			if a.Log.Grade != grade || seen[a.Path+"\x00"+a.ID] {
				continue
			}
			seen[a.Path+"\x00"+a.ID] = true
			name := a.ID
			if len(a.Log.Problems) > 0 {
				name += " (" + strings.TrimSuffix(Word(a.Log.Problems[0]), ".") + ")"
			}
			names = append(names, name)
		}
		if len(names) > 0 {
			out = append(out, fmt.Sprintf("Quality grade %s, %s, whose results deserve less trust: %s.",
				grade, plural(len(names), "log"), list(names, applicationsShown)))
		}
	}
	return out
}
