package formats

import (
	"bytes"
	"fmt"
	"io"
	"maps"
	"slices"
	"strconv"

	"github.com/go-json-experiment/json"

	"dynalloc/traces"
)

// A decimaFile is the TPC-H profiles of Decima (Mao et al., SIGCOMM 2019): all queries
// of one data size. Each stage has the durations of its tasks, measured with several
// numbers of executors.
type decimaFile struct {
	Size    string                 `json:"size"`
	Queries map[string]decimaQuery `json:"queries"`
}

type decimaQuery struct {
	Edges  [][]float64            `json:"adj_mat"` // [i][j] is 1 if stage i is before stage j
	Stages map[string]decimaStage `json:"task_duration"`
}

type decimaStage struct {
	First map[string][]int64 `json:"first_wave"` // ms, by number of executors
	Rest  map[string][]int64 `json:"rest_wave"`
}

// decimaExecutors are the numbers of executors with which stages were measured, in
// order of preference: the middle of the nine, then the nearest to it for the few
// stages that were not measured with it.
var decimaExecutors = []string{"40", "50", "20", "60", "10", "5", "2", "80", "100"}

// durations returns the durations of a stage's tasks in ms.
func (s *decimaStage) durations() []int64 {
	for _, n := range decimaExecutors {
		if ms := slices.Concat(s.First[n], s.Rest[n]); len(ms) > 0 {
			return ms
		}
	}
	return nil
}

// sniffDecima looks for the keys that each query's profile has.
func sniffDecima(head []byte) bool {
	head = bytes.TrimSpace(head)
	return bytes.HasPrefix(head, []byte("{")) && bytes.Contains(head, []byte(`"adj_mat"`)) && bytes.Contains(head, []byte(`"task_duration"`))
}

// largestDecima bounds, in bytes, a file of profiles, which is one JSON object. The
// largest known one has 3 MB.
const largestDecima = 256 << 20

func readDecima(r io.Reader, path string) (*traces.Workload, error) {
	text, err := io.ReadAll(io.LimitReader(r, largestDecima))
	if err != nil {
		return nil, traces.LineError(path, 1, "%w", err)
	}
	var f decimaFile
	if err := json.Unmarshal(text, &f); err != nil {
		return nil, traces.LineError(path, 1+bytes.Count(bytes.TrimRight(text, "\n"), []byte("\n")),
			"expected one JSON object with size and queries: %v", err)
	}
	w := &traces.Workload{Name: path, Notes: []traces.Note{withoutSettings.With(path), decimaNote.With(path, decimaExecutors[0])}}
	for _, name := range slices.Sorted(maps.Keys(f.Queries)) {
		q := f.Queries[name]
		stages, err := q.stages(fmt.Sprintf("tpch-%s-q%s", f.Size, name), "tpch-q"+name)
		if err != nil {
			return nil, traces.LineError(path, 1, "query %s: %w", name, err)
		}
		a, err := equalTasks{}.application(stages, path)
		if err != nil {
			return nil, err
		}
		w.Apps = append(w.Apps, a)
	}
	return w, nil
}

// stages are the stages of a query, which is one job.
func (q *decimaQuery) stages(app, class string) ([]stage, error) {
	if len(q.Edges) != len(q.Stages) || len(q.Stages) == 0 {
		return nil, fmt.Errorf("expected as many stages in adj_mat as in task_duration, and at least one, found %d and %d", len(q.Edges), len(q.Stages))
	}
	stages := make([]stage, len(q.Stages))
	for i := range stages {
		measured := q.Stages[strconv.Itoa(i)]
		stages[i] = stage{line: 1, app: app, class: class, name: strconv.Itoa(i)}
		for _, ms := range measured.durations() {
			if ms < 0 || ms > traces.MaxTask.Milliseconds() {
				return nil, fmt.Errorf("stage %d: expected durations in milliseconds, found %d", i, ms)
			}
			stages[i].tasks = append(stages[i].tasks, traces.Task{Run: int32(ms), Host: -1})
		}
		if len(stages[i].tasks) == 0 {
			return nil, fmt.Errorf("stage %d: expected durations of its tasks in task_duration, found none", i)
		}
	}
	for i, edges := range q.Edges {
		if len(edges) != len(stages) {
			return nil, fmt.Errorf("expected %d numbers in row %d of adj_mat, found %d", len(stages), i, len(edges))
		}
		for j, edge := range edges {
			if edge != 0 {
				stages[j].after = append(stages[j].after, strconv.Itoa(i))
			}
		}
	}
	return stages, nil
}
