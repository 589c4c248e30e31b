package plan

import (
	"reflect"

	"dynalloc/replay/latency"
	"dynalloc/traces"
)

// Plans are the plans of a workload's applications under one model of times. Replays side by
// side share them: nothing changes a plan.
type Plans struct {
	model *latency.Model
	of    map[*traces.Job]*Plan // by first job; only looked up
}

// NewPlans is without any plan.
func NewPlans(model *latency.Model) *Plans {
	return &Plans{model: model, of: make(map[*traces.Job]*Plan)}
}

// All prepares the work of all applications of a workload. It ends early with an error of
// goOn, which it calls before each.
func All(w *traces.Workload, model latency.Model, goOn func() error) (*Plans, error) {
	p := NewPlans(&model)
	for _, a := range w.Apps {
		if err := goOn(); err != nil {
			return nil, err
		}
		p.Add(a)
	}
	return p, nil
}

// For reports whether the plans are under this model. Plans that are nil are under none.
func (p *Plans) For(model *latency.Model) bool {
	return p != nil && reflect.DeepEqual(p.model, model)
}

// Of is the plan of an application, or of one that it is a copy of; nil if there is none.
func (p *Plans) Of(a *traces.Application) *Plan {
	if p == nil || len(a.Jobs) == 0 {
		return nil
	}
	return p.of[&a.Jobs[0]]
}

// Add prepares the work of an application, unless that is done.
func (p *Plans) Add(a *traces.Application) *Plan {
	known := p.Of(a)
	if known == nil {
		known = New(a, p.model)
		if len(a.Jobs) > 0 {
			p.of[&a.Jobs[0]] = known
		}
	}
	return known
}
