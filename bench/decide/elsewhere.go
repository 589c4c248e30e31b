package decide

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"time"

	"dynalloc/bench"
	"dynalloc/policies"
	"dynalloc/replay"
	"dynalloc/replay/attribution"
)

// An Elsewhere answers requests on other machines, each with what [Replays.Answer] of the
// same question returns for it. It calls got with the index of the request and the answer,
// one call at a time.
type Elsewhere func(ctx context.Context, requests []string, got func(i int, answer string) error) error

// A place is where the replays of a scenario can run besides this process.
type place struct {
	elsewhere Elsewhere       // nil: nowhere
	class     int             // number of the class, from 1 on, that has the cluster for itself; 0: all classes share it
	first     int             // number of the first replica
	loaded    []policies.Spec // of the question: scripts among them cannot be made of a text
}

// placed has the replays of a scenario run elsewhere, if that is wanted: those of a class
// with a number from 1 on, or of all classes, in replicas with numbers from first on.
func (d *decider) placed(s *scenario, class, first int) {
	s.place = place{d.elsewhere, class, first, d.Policies}
}

// A request is one replay.
type request struct {
	Class     int         `json:"class,omitempty"` // as in a place
	Replica   int         `json:"replica"`         // its number, which is the same in all scenarios
	Fleet     string      `json:"fleet"`
	Rules     [][2]string `json:"rules"` // pattern and policy
	Attribute bool        `json:"attribute,omitempty"`
}

// An answer is the result of a replay.
type answer struct {
	Error        string                     `json:"error,omitempty"`
	Horizon      bool                       `json:"horizon,omitempty"` // the error is replay.ErrHorizon
	App          bool                       `json:"app,omitempty"`     // it is a replay.AppError
	Figures      [][6]int64                 `json:"figures,omitempty"` // see numbers
	Attributions []*attribution.Attribution `json:"attributions,omitempty"`
	Room         []string                   `json:"room,omitempty"` // classes that the replay found to wait for room
}

// An elsewhereError is the error of a replay on another machine.
type elsewhereError struct {
	text string
	kind error
}

func (e elsewhereError) Error() string { return e.text }
func (e elsewhereError) Unwrap() error { return e.kind }

// numbers are an outcome in whole numbers: ns, ns, ms, ms, 0 or 1, and a replay.Failure.
func (o *outcome) numbers() [6]int64 {
	return [6]int64{int64(o.turnaround), int64(o.judged), o.executors, o.cores, int64(oneIf(o.unfinished)), int64(o.refused)}
}

func outcomeFrom(n [6]int64) outcome {
	return outcome{turnaround: time.Duration(n[0]), judged: time.Duration(n[1]), executors: n[2], cores: n[3], unfinished: n[4] != 0, refused: replay.Failure(n[5])}
}

// requestFor is a replay of a fleet in a replica of the scenario; false if another process
// cannot make it of a text.
func (s *scenario) requestFor(f policies.Fleet, r int) (string, bool) {
	q := request{Class: s.place.class, Replica: s.place.first + r, Fleet: f.Name, Attribute: s.replicas[r].config.Attribute}
	for _, rule := range f.Rules {
		q.Rules = append(q.Rules, [2]string{rule.Pattern, rule.Spec.String()})
	}
	if again, err := q.fleet(s.place.loaded); err != nil || !slices.Equal(again.Rules, f.Rules) {
		return "", false
	}
	text, err := json.Marshal(&q)
	return string(text), err == nil
}

// fleet is the fleet of a request. Policies that cannot be parsed, such as scripts, are those
// of the question.
func (q *request) fleet(loaded []policies.Spec) (policies.Fleet, error) {
	f := policies.Fleet{Name: q.Fleet}
	for _, rule := range q.Rules {
		k := slices.IndexFunc(loaded, func(s policies.Spec) bool { return s.String() == rule[1] })
		if k >= 0 {
			f.Rules = append(f.Rules, policies.Rule{Pattern: rule[0], Spec: loaded[k]})
			continue
		}
		spec, err := policies.Parse(rule[1])
		if err != nil {
			return f, err
		}
		f.Rules = append(f.Rules, policies.Rule{Pattern: rule[0], Spec: spec})
	}
	return f, nil
}

// A job is one replay of play.
type job struct {
	trial   *trial
	replica int
}

// replayElsewhere has jobs replayed on other machines as far as they can be asked for. It
// sorts them, and sets the runs and tallies of their trials. It returns the errors, by job,
// and the numbers of the jobs that are left for this machine, whose progress o then counts on.
func (s *scenario) replayElsewhere(ctx context.Context, jobs []job, o *bench.Options) (failed []error, left []int, err error) {
	failed = make([]error, len(jobs))
	if s.place.elsewhere == nil {
		return failed, upTo(len(jobs)), nil
	}
	progress := bench.Progress{Total: len(jobs)}
	var asked []int
	var requests []string
	slices.SortStableFunc(jobs, func(a, b job) int { return a.replica - b.replica }) // which is made once for each worker
	for i, j := range jobs {
		if text, ok := s.requestFor(j.trial.fleet, j.replica); ok {
			asked, requests = append(asked, i), append(requests, text)
		} else {
			left = append(left, i)
		}
	}
	report := o.Progress
	err = s.place.elsewhere(ctx, requests, func(k int, text string) error {
		if progress.Done++; report != nil {
			report(progress)
		}
		j := jobs[asked[k]]
		outcomes, failure, err := s.read(text)
		if failed[asked[k]] = failure; err != nil || failure != nil {
			return err
		}
		j.trial.runs[j.replica], j.trial.tallies[j.replica] = outcomes, s.tally(outcomes)
		return nil
	})
	if err == nil && int(progress.Done) != len(requests) {
		err = fmt.Errorf("%d of %d replays were answered", int(progress.Done), len(requests))
	}
	if report != nil {
		o.Progress = func(now bench.Progress) {
			report(bench.Progress{Done: progress.Done + now.Done, Total: progress.Total, Tasks: now.Tasks})
		}
	}
	return failed, left, err
}

// read reads an answer. failure is the error of the replay.
func (s *scenario) read(text string) (outcomes []outcome, failure, err error) {
	var a answer
	if err := json.Unmarshal([]byte(text), &a); err != nil {
		return nil, nil, fmt.Errorf("an answer about a replay cannot be read: %w: %.200s", err, text)
	}
	if a.Error != "" {
		e := elsewhereError{text: a.Error}
		if a.Horizon {
			e.kind = replay.ErrHorizon
		} else if a.App {
			e.kind = &replay.AppError{Reason: a.Error}
		}
		return nil, e, nil
	}
	if len(a.Figures) != len(s.workload.Apps) || a.Attributions != nil && len(a.Attributions) != len(a.Figures) {
		return nil, nil, fmt.Errorf("an answer about a replay has %d applications, and the workload %d: the two programs or their inputs differ", len(a.Figures), len(s.workload.Apps))
	}
	outcomes = make([]outcome, len(a.Figures))
	for i, n := range a.Figures {
		outcomes[i] = outcomeFrom(n)
		if a.Attributions != nil {
			outcomes[i].attribution = a.Attributions[i]
		}
	}
	s.room.Add(a.Room)
	return outcomes, nil, nil
}

// Replays answers the requests of a decision that another process makes.
type Replays struct {
	decider   *decider
	scenarios map[int]*scenario // by class, each with the replica of its last request
}

// NewReplays prepares the replays of a question, as Decide does before its search.
func NewReplays(ctx context.Context, q Question, o bench.Options) (*Replays, error) {
	d, err := newDecider(ctx, q, o)
	if err != nil {
		return nil, err
	}
	return &Replays{decider: d, scenarios: map[int]*scenario{}}, nil
}

// Answer does one replay. It is not called from several goroutines at a time.
func (r *Replays) Answer(ctx context.Context, text string) (string, error) {
	var q request
	if err := json.Unmarshal([]byte(text), &q); err != nil {
		return "", fmt.Errorf("expected the request of a replay: %w: %.200s", err, text)
	}
	f, err := q.fleet(r.decider.Policies)
	if err != nil {
		return "", err
	}
	sc, err := r.scenario(q.Class)
	if err != nil {
		return "", err
	}
	if len(sc.replicas) == 0 || sc.place.first != q.Replica { // requests come in the order of replicas
		sc.place.first, sc.replicas = q.Replica, []replica{shaken(sc.workload, &r.decider.world, q.Replica)}
	}
	sc.replicas[0].config.Attribute = q.Attribute
	sc.room = sc.room.Again()
	outcomes, err := sc.replay(f, 0, func(int, int) error { return ctx.Err() })
	if ctx.Err() != nil {
		return "", ctx.Err()
	}
	a := answer{Room: sc.room.List()}
	if err != nil {
		var app *replay.AppError
		a = answer{Error: cmp.Or(err.Error(), "failed"), Horizon: errors.Is(err, replay.ErrHorizon), App: errors.As(err, &app)}
	}
	for i := range outcomes {
		a.Figures = append(a.Figures, outcomes[i].numbers())
		if q.Attribute {
			a.Attributions = append(a.Attributions, outcomes[i].attribution)
		}
	}
	line, err := json.Marshal(&a)
	return string(line), err
}

// scenario is the scenario of a class, or of all classes.
func (r *Replays) scenario(class int) (*scenario, error) {
	d := r.decider
	if class < 0 || class > len(d.classes) {
		return nil, fmt.Errorf("class %d: there are %d", class, len(d.classes))
	}
	sc := r.scenarios[class]
	if sc == nil {
		name, apps := "", upTo(len(d.world.workload.Apps))
		if class > 0 {
			name, apps = d.classes[class-1].name, d.classes[class-1].apps
		}
		sc = newScenario(name, d.classes, &d.world, apps, 0, 0)
		r.scenarios[class] = sc
	}
	return sc, nil
}
