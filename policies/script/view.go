package script

import (
	"fmt"
	"slices"
	"time"

	"go.starlark.net/starlark"

	"dynalloc/policies"
)

// record is a read-only value with named fields.
type record struct {
	kind   string
	names  []string // of the fields, in order
	values []starlark.Value
}

// The fields that a script can read, as docs/POLICIES.md lists them.
var (
	viewFields     = []string{"now_ms", "profile", "slots", "pending", "running", "needed", "target", "executors", "idle"}
	executorFields = []string{"id", "idle_ms", "cached", "shuffle"}
)

// newView is a policies.View for a script; times are whole
// milliseconds, so that a script calculates as exactly as the replay.
func newView(v *policies.View) *record {
	idle := make([]starlark.Value, len(v.Idle))
	for i, e := range v.Idle {
		idle[i] = &record{"executor", executorFields, []starlark.Value{
			starlark.MakeInt(int(e.ID)), milliseconds(e.For), starlark.Bool(e.Cached), starlark.Bool(e.Shuffle),
		}}
	}
	return &record{"view", viewFields, []starlark.Value{
		milliseconds(v.Now), starlark.MakeInt(v.Profile), starlark.MakeInt(v.Slots), starlark.MakeInt(v.Pending), starlark.MakeInt(v.Running),
		starlark.MakeInt(v.Needed), starlark.MakeInt(v.Target), starlark.MakeInt(v.Executors), starlark.Tuple(idle),
	}}
}

func milliseconds(d time.Duration) starlark.Int { return starlark.MakeInt64(d.Milliseconds()) }

// Attr implements starlark.HasAttrs.
func (r *record) Attr(name string) (starlark.Value, error) {
	if i := slices.Index(r.names, name); i >= 0 {
		return r.values[i], nil
	}
	return nil, starlark.NoSuchAttrError(fmt.Sprintf("%s has no .%s", r.kind, name)) // Starlark adds a suggestion
}

// AttrNames implements starlark.HasAttrs.
func (r *record) AttrNames() []string { return slices.Sorted(slices.Values(r.names)) }

func (r *record) String() string {
	text := r.kind + "("
	for i, name := range r.names {
		if i > 0 {
			text += ", "
		}
		text += name + " = " + r.values[i].String()
	}
	return text + ")"
}

// Type implements starlark.Value, as do the others.
func (r *record) Type() string          { return r.kind }
func (r *record) Freeze()               {} // it is read-only
func (r *record) Truth() starlark.Bool  { return true }
func (r *record) Hash() (uint32, error) { return 0, fmt.Errorf("unhashable type: %s", r.kind) }
