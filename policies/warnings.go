package policies

import (
	"slices"

	"dynalloc/internal/note"
)

// A Note is a remark about a policy; package reports words it.
type Note = note.Note

// Notes on settings that Spark accepts although they are probably mistakes.
var (
	notDeployable       = note.Declare("policy-not-deployable", "policy")
	initialBelowMinimum = note.Declare("policy-initial-below-minimum", "policy", "initial", "minimum")
	initialAboveMaximum = note.Declare("policy-initial-above-maximum", "policy", "initial", "maximum")
	lateRelease         = note.Declare("policy-tracking-with-decommission", "policy")
	holdsRemote         = note.Declare("policy-tracking-with-remote-shuffle", "policy")
	losesFiles          = note.Declare("policy-decommission-without-migration", "policy")
	unprotected         = note.Declare("policy-unprotected", "policy")
)

// Warnings returns notes on settings of the fleet that Spark accepts although they are
// probably mistakes, and on policies that no driver can run.
func (f Fleet) Warnings() []Note {
	var all []Note
	for _, r := range f.Rules {
		all = append(all, r.Spec.warnings(f.Name)...)
	}
	return slices.CompactFunc(all, note.Equal)
}

func (s Spec) warnings(policy string) []Note {
	if !s.Dynamic() {
		return nil
	}
	a, p := s.Allocation, s.Protection
	var all []Note
	warn := func(when bool, n Note) {
		if when {
			all = append(all, n)
		}
	}
	warn(!s.Deployable(), notDeployable.With(policy))
	warn(a.Initial > 0 && a.Initial < a.Min, initialBelowMinimum.With(policy, a.Initial, a.Min))
	warn(a.initial() > a.Max, initialAboveMaximum.With(policy, a.initial(), a.Max))
	warn(p.Tracking && p.Decommission, lateRelease.With(policy))
	warn(p.Tracking && p.Remote, holdsRemote.With(policy))
	warn(p.Decommission && !p.Migration && !p.Service && !p.Tracking && !p.Remote, losesFiles.With(policy))
	warn(p.Unprotected, unprotected.With(policy))
	return all
}
