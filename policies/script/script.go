package script

import (
	"errors"
	"fmt"

	"go.starlark.net/lib/math"
	"go.starlark.net/starlark"
	"go.starlark.net/syntax"

	"dynalloc/policies"
)

// Steps is how many steps of Starlark one call may take, some milliseconds.
const Steps = 1_000_000

// Load reads the scripts of a fleet by a function that returns the text of a file.
// Lines that scripts print go to print; nil discards them. An error in a script names
// file, line and column.
func Load(f policies.Fleet, read func(file string) ([]byte, error), print func(line string)) (policies.Fleet, error) {
	rules := make([]policies.Rule, len(f.Rules))
	for i, r := range f.Rules {
		if r.Spec.Unread() {
			file := policies.Value[string](r.Spec, "file")
			text, err := read(file)
			if err != nil {
				return policies.Fleet{}, fmt.Errorf("script %s: %w", file, err)
			}
			s, err := compile(file, text, print)
			if err != nil {
				return policies.Fleet{}, err
			}
			r.Spec = r.Spec.WithSizer(s.policy)
		}
		rules[i] = r
	}
	f.Rules = rules
	return f, nil
}

// script is a compiled script.
type script struct {
	file    string
	program *starlark.Program
	print   func(string)
	remover bool // it defines remove
}

// predeclared are the names that scripts can use besides Starlark's own.
var predeclared = starlark.StringDict{"math": math.Module}

// compile compiles a script and runs it once, to find errors in it.
func compile(file string, text []byte, print func(string)) (*script, error) {
	options := &syntax.FileOptions{Set: true, While: true, TopLevelControl: true, GlobalReassign: true}
	_, program, err := starlark.SourceProgramOptions(options, file, text, predeclared.Has)
	if err != nil {
		return nil, fmt.Errorf("script %w", err)
	}
	s := &script{file: file, program: program, print: print}
	trial := s.start()
	if trial.err != nil {
		return nil, trial.err
	}
	s.remover = trial.remove != nil
	return s, nil
}

// policy runs the script for one application.
func (s *script) policy() policies.Sizer {
	r := s.start()
	if s.remover {
		return remover{r}
	}
	return r
}

// running is a script for one application. After an error it wants no executors,
// and the replay ends.
type running struct {
	script         *script
	thread         starlark.Thread
	target, remove *starlark.Function // remove: nil if there is none
	err            error
}

// start runs the top level of the script, which defines its functions.
func (s *script) start() *running {
	r := &running{script: s}
	r.thread.Name = s.file
	r.thread.Print = func(_ *starlark.Thread, line string) {
		if s.print != nil {
			s.print(line)
		}
	}
	r.thread.Load = func(*starlark.Thread, string) (starlark.StringDict, error) {
		return nil, errors.New("a script is one file, and loads no other")
	}
	r.thread.OnMaxSteps = func(t *starlark.Thread) { t.Cancel(fmt.Sprintf("more than %d steps in one call", Steps)) }
	r.allow()
	globals, err := s.program.Init(&r.thread, predeclared)
	if err != nil {
		r.fail(err)
		return r
	}
	r.target, r.remove = r.function(globals, "target"), r.function(globals, "remove")
	if r.err == nil && r.target == nil {
		r.err = fmt.Errorf("script %s: it does not define target(view), which returns how many executors it wants", s.file)
	}
	return r
}

// function finds a function with one argument; nil if there is none.
func (r *running) function(globals starlark.StringDict, name string) *starlark.Function {
	f, ok := globals[name].(*starlark.Function)
	switch {
	case globals.Has(name) && !ok:
		r.err = fmt.Errorf("script %s: %s is a %s, expected a function %s(view)", r.script.file, name, globals[name].Type(), name)
	case ok && f.NumParams() != 1:
		r.err = fmt.Errorf("script %s: %s takes %d arguments, expected %s(view)", f.Position(), name, f.NumParams(), name)
	}
	return f
}

// allow sets the limit of steps for the next call.
func (r *running) allow() { r.thread.SetMaxExecutionSteps(r.thread.ExecutionSteps() + Steps) }

// fail keeps the first error, with its place in the script.
func (r *running) fail(err error) {
	if r.err != nil {
		return
	}
	r.err = fmt.Errorf("script %s: %w", r.script.file, err)
	var failed *starlark.EvalError
	if !errors.As(err, &failed) {
		return
	}
	for i := range failed.CallStack {
		if frame := failed.CallStack.At(i); frame.Pos.Filename() == r.script.file {
			r.err = fmt.Errorf("script %s: in %s: %w", frame.Pos, frame.Name, err)
			return
		}
	}
}

// call calls one of the script's functions with a view.
func (r *running) call(f *starlark.Function, v *policies.View) starlark.Value {
	if r.err != nil {
		return nil
	}
	r.allow()
	result, err := starlark.Call(&r.thread, f, starlark.Tuple{newView(v)}, nil)
	if err != nil {
		r.fail(err)
		return nil
	}
	return result
}

// Size implements policies.Sizer.
func (r *running) Size(v *policies.View) int {
	result := r.call(r.target, v)
	if result == nil {
		return 0
	}
	n, err := starlark.AsInt32(result)
	if err != nil || n < 0 {
		r.err = fmt.Errorf("script %s: target returned %s (%s), expected a whole number of executors, 0 or more; math.ceil rounds up",
			r.target.Position(), result, result.Type())
		return 0
	}
	return n
}

// Err implements policies.Fallible.
func (r *running) Err() error { return r.err }

// remover is a script that chooses which executors to give back.
type remover struct{ *running }

// Remove implements policies.Remover.
func (r remover) Remove(v *policies.View) []policies.ExecutorID {
	result := r.call(r.remove, v)
	if result == nil {
		return nil
	}
	wrong := func() {
		r.err = fmt.Errorf("script %s: remove returned %s (%s), expected a list of ids of idle executors, as in [e.id for e in view.idle]",
			r.remove.Position(), result, result.Type())
	}
	list, ok := result.(starlark.Iterable)
	if !ok {
		wrong()
		return nil
	}
	var ids []policies.ExecutorID
	for value := range starlark.Elements(list) {
		id, err := starlark.AsInt32(value)
		if err != nil {
			wrong()
			return nil
		}
		ids = append(ids, policies.ExecutorID(id))
	}
	return ids
}
