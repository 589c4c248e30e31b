package policies

import (
	"fmt"
	"slices"
	"strings"

	"dynalloc/internal/spec"
)

// A Kind is a policy that a user can name, with everything that the rest of the
// program asks of it: one row of the table below. Nothing outside of a row
// compares a kind's name. All functions may be nil; each says what that means.
type Kind struct {
	Name     string
	Doc      string    // one sentence
	Settings []Setting // what can be set, in the order in which a spec is written
	Defaults Spec      // the settings of a spec that names nothing else; its Kind is not read

	// Fixed: the number of executors does not change while the application runs,
	// so that nothing of the dynamic allocation is checked or shown.
	Fixed bool

	// New makes the policy for one application. Nil: the policy cannot be made
	// as it stands (see Spec.Recorded, Spec.Unread, Spec.Deployable).
	New func(s Spec, env Env) Policy
	// Foresee makes a policy that is told the demand in advance, in place of New.
	Foresee func(s Spec, env Env, f *Forecast) Policy
	// Check refuses settings that the checks common to all kinds let pass.
	Check func(s Spec) error
	// Limits says what a driver under the policy will never go beyond. Nil: it
	// promises nothing.
	Limits func(s Spec) Limits
	// Snippet writes the spec as properties of Spark. Nil: Spark has no settings
	// for the policy.
	Snippet func(s Spec, on Deployment) (Snippet, error)
	// Search is how advise and tune look for good settings. Empty: they try the
	// defaults.
	Search Search

	recorded bool // stands for the settings of each log
	unread   bool // stands for a file that has to be read first
}

// Limits are how many executors of one resource profile a driver asks for at
// least and at most, and Ratio is how many of those that full parallelism needs.
type Limits struct {
	Min, Max int
	Ratio    float64 // in (0, 1]
}

// kinds is the table of policies. To add one, write it in a file of its own with
// its row, and name the row here.
var kinds = []*Kind{&staticKind, &sparkKind, &scriptKind, &hindsightKind, &recordedKind}

// Kinds returns the policies that a user can name, in the order of the help.
func Kinds() []*Kind { return slices.Clone(kinds) }

// Register adds a policy of another module to those that a user can name: Parse
// and ParseFleet then read it, and advise and tune try it. Call it before the
// first spec is read; it panics if the name is taken or is none.
func Register(k *Kind) {
	if k.Name == "" || strings.ContainsAny(k.Name, " \t/:"+notInNames) {
		panic(fmt.Sprintf("policies: %q cannot be the name of a policy", k.Name))
	}
	if slices.ContainsFunc(kinds, func(other *Kind) bool { return other.Name == k.Name }) {
		panic("policies: there are two policies " + k.Name)
	}
	kinds = append(kinds, k)
}

// Recorded returns the spec that stands for the settings of each application's
// own log.
func Recorded() Spec { return recordedKind.spec() }

// Hindsight returns the reference policy that is told the demand in advance.
func Hindsight() Spec { return hindsightKind.spec() }

// spec is the kind with its defaults.
func (k *Kind) spec() Spec {
	s := k.Defaults
	s.Kind = k
	return s
}

// kindOf finds a name in the table.
func kindOf(name string) (*Kind, error) {
	names := make([]string, len(kinds))
	for i, k := range kinds {
		if k.Name == name {
			return k, nil
		}
		names[i] = k.Name
	}
	if near := spec.Nearest(name, names); near != "" {
		return nil, fmt.Errorf("there is no policy %q; did you mean %q?", name, near)
	}
	return nil, fmt.Errorf("there is no policy %q; there are %s", name, strings.Join(names, ", "))
}
