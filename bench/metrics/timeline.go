package metrics

import (
	"time"

	"dynalloc/internal/wide"
	"dynalloc/policies"
	"dynalloc/replay"
	"dynalloc/traces"
)

// mostSamples is the most samples that a series keeps. Those of a day are then 25.6 s
// long.
const mostSamples = 4096

// firstStep is the length of a sample before any thinning: the interval at which
// Spark decides on executors.
const firstStep = policies.Interval

// A Timeline is a replay.Observer that records executors and cores over time. Its
// memory is bounded for a replay of any length.
type Timeline struct {
	Series
	workload *traces.Workload
	apps     []presence
	ended    [][]int32 // lists of cores of applications that have ended
}

// A Series is consecutive samples, each Step long, from the workload's start.
type Series struct {
	Step    time.Duration
	Samples []Sample

	limit int
	now   level
	since time.Duration
}

// A Sample is one step of a series. PeakHeld is the largest count at any time in
// the step, so that thinning does not hide a peak. The integrals are exact, so that
// means over any number of samples are exact too.
type Sample struct {
	PeakHeld int       // executors
	Held     wide.Time // executor-time held
	Wanted   wide.Time // executor-time wanted
	Cores    wide.Time // core-time held
	Busy     wide.Time // core-time in which tasks ran
}

// Add merges another sample into s, as if both were one longer step.
func (s *Sample) Add(other Sample) {
	s.PeakHeld = max(s.PeakHeld, other.PeakHeld)
	s.Held = s.Held.Plus(other.Held)
	s.Wanted = s.Wanted.Plus(other.Wanted)
	s.Cores = s.Cores.Plus(other.Cores)
	s.Busy = s.Busy.Plus(other.Busy)
}

// level is the current value of each count.
type level struct{ held, wanted, cores, busy int }

// presence is the counts of one running application.
type presence struct {
	wanted int
	busy   int
	held   int     // executors
	cores  []int32 // by executor; 0: it is not held
}

// NewTimeline returns an observer for one replay of the workload.
func NewTimeline(w *traces.Workload) *Timeline {
	return &Timeline{Series: Series{Step: firstStep, limit: mostSamples}, workload: w, apps: make([]presence, len(w.Apps))}
}

// Observe takes one event of the replay.
func (t *Timeline) Observe(e replay.Event) {
	app := &t.apps[e.App]
	var change level
	switch e.Kind {
	case replay.TargetChanged:
		change.wanted = int(e.N) - app.wanted
		app.wanted = int(e.N)
	case replay.ExecutorGranted:
		if n := len(t.ended); app.cores == nil && n > 0 {
			app.cores, t.ended = t.ended[n-1][:0], t.ended[:n-1]
		}
		for len(app.cores) <= int(e.Executor) {
			app.cores = append(app.cores, 0)
		}
		app.cores[e.Executor] = e.N
		app.held++
		change.held, change.cores = 1, int(e.N)
	case replay.ExecutorReleased, replay.ExecutorRemoved:
		if int(e.Executor) >= len(app.cores) || app.cores[e.Executor] == 0 {
			return
		}
		cores := app.cores[e.Executor]
		app.cores[e.Executor] = 0
		app.held--
		change.held, change.cores = -1, -int(cores)
	case replay.TaskStarted:
		change.busy = taskCPUs(t.workload, e)
		app.busy += change.busy
	case replay.TaskEnded:
		change.busy = -taskCPUs(t.workload, e)
		app.busy += change.busy
	case replay.AppEnded:
		change = level{held: -app.held, wanted: -app.wanted, busy: -app.busy}
		for _, cores := range app.cores {
			change.cores -= int(cores)
		}
		if app.cores != nil {
			t.ended = append(t.ended, app.cores)
		}
		*app = presence{}
	default:
		return
	}
	t.move(e.At, change)
}

// Finish extends the series to the end of the replay.
func (t *Timeline) Finish(end time.Duration) { t.move(end, level{}) }

// move extends the current level until at and then changes it.
func (s *Series) move(at time.Duration, change level) {
	for s.since < at {
		i := int(s.since / s.Step)
		for i >= s.limit {
			s.thin()
			i = int(s.since / s.Step)
		}
		for len(s.Samples) <= i {
			s.Samples = append(s.Samples, Sample{})
		}
		until := min(at, time.Duration(i+1)*s.Step)
		span := until - s.since
		s.Samples[i].Add(Sample{
			PeakHeld: s.now.held,
			Held:     wide.Of(span, int64(s.now.held)), Wanted: wide.Of(span, int64(s.now.wanted)),
			Cores: wide.Of(span, int64(s.now.cores)), Busy: wide.Of(span, int64(s.now.busy)),
		})
		s.since = until
	}
	s.now.held += change.held
	s.now.wanted += change.wanted
	s.now.cores += change.cores
	s.now.busy += change.busy
}

// thin merges every two samples into one.
func (s *Series) thin() {
	s.Step *= 2
	half := (len(s.Samples) + 1) / 2
	for i := range half {
		merged := s.Samples[2*i]
		if 2*i+1 < len(s.Samples) {
			merged.Add(s.Samples[2*i+1])
		}
		s.Samples[i] = merged
	}
	s.Samples = s.Samples[:half]
}
