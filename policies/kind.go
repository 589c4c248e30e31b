package policies

import (
	"fmt"
	"slices"
	"strings"

	"dynalloc/internal/spec"
)

// A Kind is a policy that a user can name: one row of the table below, with everything
// that the program needs to know about it. No code outside a row compares the name of a
// kind. Every function may be nil.
type Kind struct {
	Name     string
	Doc      string    // one sentence
	Settings []Setting // what can be set, in the order in which a spec is written
	Defaults Spec      // the settings of a spec that names nothing else; its Kind is not read

	// Fixed: the number of executors does not change while the application runs.
	// The settings of dynamic allocation have no meaning then.
	Fixed bool

	// New makes the policy for one application. Nil: a policy cannot be made from
	// the spec alone (see Spec.Recorded, Spec.Unread, Spec.Deployable).
	New func(s Spec, env Env) Policy
	// Foresee makes a policy that knows the demand in advance. It replaces New.
	Foresee func(s Spec, env Env, f *Forecast) Policy
	// Check refuses settings, after the checks that are common to all kinds.
	Check func(s Spec) error
	// Limits returns bounds that the policy never exceeds. Nil: there are none.
	Limits func(s Spec) Limits
	// Snippet returns the spec as properties of Spark. Nil: Spark has none for the
	// policy.
	Snippet func(s Spec, on Deployment) (Snippet, error)
	// Search is how advise and tune search for good settings. Empty: they try the
	// defaults.
	Search Search

	recorded bool // stands for the settings of each log
	unread   bool // stands for a script file that must be loaded first
}

// Limits are the smallest and the largest number of executors that a driver requests
// for one resource profile, and the share of full parallelism that it requests.
type Limits struct {
	Min, Max int
	Ratio    float64 // in (0, 1]
}

// kinds is the table of policies. To add a policy, write it and its row in a file,
// and name the row here.
var kinds []*Kind

// The table is filled here, so that functions of a row may parse and write specs,
// which look up the table.
func init() { kinds = []*Kind{&staticKind, &sparkKind, &scriptKind, &hindsightKind, &recordedKind} }

// Kinds returns the policies that a user can name, in the order of the help.
func Kinds() []*Kind { return slices.Clone(kinds) }

// Register adds a policy of another module to the table: Parse and ParseFleet read
// it, and advise and tune try it. It must be called before the first spec is parsed.
// It panics if the name is taken or cannot be written in a fleet.
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

// Hindsight returns the reference policy, which knows the demand in advance.
func Hindsight() Spec { return hindsightKind.spec() }

// spec returns the spec of the kind with its default settings.
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
