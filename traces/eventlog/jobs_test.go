package eventlog

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"dynalloc/traces"
)

func cues(a *traces.Application) (cues []traces.Cue) {
	for _, j := range a.Jobs {
		cues = append(cues, j.Cue)
	}
	return cues
}

// Each job follows the job that its thread of the driver had waited for.
func TestJobsFollowTheirPredecessors(t *testing.T) {
	const s = time.Second
	for _, story := range []struct {
		name    string
		events  func(l *logBuilder)
		want    []traces.Cue
		tail    time.Duration
		unclear int // jobs whose predecessor was still running
	}{
		{
			name: "one after another, with driver time between",
			events: func(l *logBuilder) {
				l.job(0, 2, "").jobEnd(0, 5).job(1, 6, "").jobEnd(1, 8)
			},
			want: []traces.Cue{{After: -1, Gap: 2 * s}, {After: 0, Gap: 1 * s}}, tail: 92 * s,
		},
		{
			name: "two threads with pools of their own",
			events: func(l *logBuilder) {
				batch, sla := `"spark.scheduler.pool":"batch"`, `"spark.scheduler.pool":"sla"`
				l.job(0, 1, batch).job(1, 3, sla).jobEnd(1, 5).job(2, 8, sla).jobEnd(2, 9).jobEnd(0, 20).job(3, 21, batch).jobEnd(3, 22)
			},
			want: []traces.Cue{{After: -1, Gap: 1 * s}, {After: -1, Gap: 3 * s}, {After: 1, Gap: 3 * s}, {After: 0, Gap: 1 * s}}, tail: 78 * s,
		},
		{
			name: "a query's jobs follow each other although another query ended later",
			events: func(l *logBuilder) {
				one, two := `"spark.sql.execution.id":"1"`, `"spark.sql.execution.id":"2"`
				l.job(0, 1, one).jobEnd(0, 4).job(1, 2, two).jobEnd(1, 6).job(2, 7, one).jobEnd(2, 9)
			},
			want: []traces.Cue{{After: -1, Gap: 1 * s}, {After: -1, Gap: 2 * s}, {After: 0, Gap: 3 * s}}, tail: 91 * s, unclear: 1,
		},
		{
			name: "a broadcast and a scan at the same time: both follow the job before",
			events: func(l *logBuilder) {
				query := `"spark.sql.execution.id":"7"`
				l.job(0, 1, "").jobEnd(0, 3).job(1, 5, query).job(2, 6, query).jobEnd(2, 8).jobEnd(1, 9).job(3, 10, query).jobEnd(3, 11)
			},
			want: []traces.Cue{{After: -1, Gap: 1 * s}, {After: 0, Gap: 2 * s}, {After: 0, Gap: 3 * s}, {After: 1, Gap: 1 * s}}, tail: 89 * s, unclear: 1,
		},
		{
			name: "a subquery belongs to its root query",
			events: func(l *logBuilder) {
				root, sub := `"spark.sql.execution.id":"4","spark.sql.execution.root.id":"4"`, `"spark.sql.execution.id":"5","spark.sql.execution.root.id":"4"`
				l.job(0, 1, root).jobEnd(0, 3).job(1, 2, `"spark.jobGroup.id":"g"`).jobEnd(1, 5).job(2, 6, sub).jobEnd(2, 7)
			},
			want: []traces.Cue{{After: -1, Gap: 1 * s}, {After: -1, Gap: 2 * s}, {After: 0, Gap: 3 * s}}, tail: 93 * s, unclear: 1,
		},
		{
			name: "the driver stops while a job runs",
			events: func(l *logBuilder) {
				l.job(0, 1, "").jobEnd(0, 3).job(1, 4, "")
			},
			want: []traces.Cue{{After: -1, Gap: 1 * s}, {After: 0, Gap: 1 * s}}, tail: 0,
		},
	} {
		t.Run(story.name, func(t *testing.T) {
			l := newLog("a")
			story.events(l)
			a := readBuilt(t, l.end(100))
			if diff := cmp.Diff(story.want, cues(a)); diff != "" {
				t.Errorf("cues (-want +got):\n%s", diff)
			}
			if a.Tail != story.tail {
				t.Errorf("it ends %s after its last job, want %s", a.Tail, story.tail)
			}
			unclear := 0
			for _, p := range a.Log.Problems {
				if p.Kind == graded[concurrentJobs].kind {
					unclear = p.Arg("jobs").(int)
				}
			}
			if unclear != story.unclear {
				t.Errorf("%d jobs ran beside the one before them, want %d: %v", unclear, story.unclear, a.Log.Problems)
			}
		})
	}
}

// Spark does not log when cached data were released; the newest time before
// the line stands for it.
func TestUnpersistFollowsTheJobBeforeIt(t *testing.T) {
	a := readBuilt(t, newLog("a").job(0, 1, "").jobEnd(0, 3).executor("1", 2, 5).
		add(`{"Event":"SparkListenerUnpersistRDD","RDD ID":7}`).job(1, 9, "").jobEnd(1, 10).end(11))
	want := []traces.Unpersist{{RDD: 7, Cue: traces.Cue{After: 0, Gap: 2 * time.Second}}}
	if diff := cmp.Diff(want, a.Unpersists); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// Nothing of a job had run when its application was stopped after three minutes. The job
// took that long and failed. Of another application only the end of its job is missing.
func TestAJobThatRanUntilTheApplicationWasStopped(t *testing.T) {
	s := testStage{id: 0, tasks: 2}
	a := readBuilt(t, newLog("a").job(0, 9, "", s).submit(s, 0, 9).end(180))
	if j := a.Jobs[0]; !j.Failed || j.Tail != 171*time.Second || a.Tail != 0 {
		t.Errorf("job failed: %v, after %v, and the application %v later; want a failure after 171 s and nothing more", j.Failed, j.Tail, a.Tail)
	}
	if n := noted(a, "log-jobs-without-end"); n.Arg("jobs") != 1 {
		t.Errorf("found %v, want one job without an end", n)
	}
	a = readBuilt(t, newLog("a").executor("1", 2, 0).job(0, 9, "", s).ran(s, "ResultTask", 0, 9).end(180))
	if j := a.Jobs[0]; j.Failed || j.Tail != 0 {
		t.Errorf("job failed: %v, after %v; want only its end to be missing", j.Failed, j.Tail)
	}
}
