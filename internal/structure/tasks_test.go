package structure

import (
	"go/types"
	"slices"
	"testing"
)

// readsPlainTasks are the functions that may use Stage.Tasks. All others take tasks from
// Stage.All, or count them with Stage.Size, because those of large stages are packed.
var readsPlainTasks = []string{
	"traces.Size", "traces.All", "traces.Change", "traces.Pack",
	"traces.stage",                // of the text form: unpacks small stages
	"traces/formats.application",  // makes the tasks
	"traces/eventlog.buildStages", // makes the tasks
	"traces/formats.job",          // makes one task
	"bench/builtin.run",           // makes the tasks
}

func TestTasksAreReadPackedOrNot(t *testing.T) {
	stage := packageOf(t, "traces").Types.Scope().Lookup("Stage").Type().Underlying().(*types.Struct)
	var tasks types.Object
	for i := range stage.NumFields() {
		if f := stage.Field(i); f.Name() == "Tasks" {
			tasks = f
		}
	}
	var found []string
	for _, p := range sources(t) {
		name, _ := inModule(p.PkgPath)
		for f, uses := range usesByFunction(p) {
			if slices.Contains(uses, tasks) {
				found = append(found, name+"."+f.Name())
				if !slices.Contains(readsPlainTasks, name+"."+f.Name()) {
					t.Errorf("%s: %s.%s uses Stage.Tasks, which is nil if the tasks are packed: use Stage.All or Stage.Size", p.Fset.Position(f.Pos()), name, f.Name())
				}
			}
		}
	}
	for _, allowed := range readsPlainTasks {
		if !slices.Contains(found, allowed) {
			t.Errorf("%s needs no exception", allowed)
		}
	}
}
