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

// A decimaFile is the TPC-H profiles of Decima (Mao et al., SIGCOMM 2019), all
// queries of one data size: for each stage the durations of its tasks, measured
// with several numbers of executors.
type decimaFile struct {
	Size    string                 `json:"size"`
	Queries map[string]decimaQuery `json:"queries"`
}

type decimaQuery struct {
	Edges  [][]float64            `json:"adj_mat"` // [i][j] is 1: stage i before stage j
	Stages map[string]decimaStage `json:"task_duration"`
}

type decimaStage struct {
	First map[string][]int64 `json:"first_wave"` // milliseconds, by number of executors
	Rest  map[string][]int64 `json:"rest_wave"`
}

// decimaExecutors are the numbers of executors that were measured, the one whose
// durations are taken first: the middle of the nine. A few stages were not
// measured with it and take the nearest that they were measured with.
var decimaExecutors = []string{"40", "50", "20", "60", "10", "5", "2", "80", "100"}

// durations are those of a stage's tasks, as they were measured.
func (s *decimaStage) durations() []int64 {
	for _, n := range decimaExecutors {
		if ms := slices.Concat(s.First[n], s.Rest[n]); len(ms) > 0 {
			return ms
		}
	}
	return nil
}

// isDecima looks for the keys that every query's profile has.
func isDecima(head []byte) bool {
	head = bytes.TrimSpace(head)
	return bytes.HasPrefix(head, []byte("{")) && bytes.Contains(head, []byte(`"adj_mat"`)) && bytes.Contains(head, []byte(`"task_duration"`))
}

// largestDecima bounds a file of profiles, which is one JSON object; the largest
// known takes 3 MB.
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
	w := &traces.Workload{Name: path, Notes: []string{
		fmt.Sprintf(noteDerived, path),
		fmt.Sprintf("%s: Decima's TPC-H profiles, which have no arrival times: all queries are submitted at once, until they are combined with arrivals of another source (dynalloc synth --arrivals). Durations are those measured with %s executors, or with the nearest number where a stage has none; more of them do not make tasks slower here, as they did there.", path, decimaExecutors[0]),
	}}
	for _, name := range slices.Sorted(maps.Keys(f.Queries)) {
		q := f.Queries[name]
		a, err := q.application(fmt.Sprintf("tpch-%s-q%s", f.Size, name))
		if err != nil {
			return nil, traces.LineError(path, 1, "query %s: %w", name, err)
		}
		a.Class = "tpch-q" + name
		w.Apps = append(w.Apps, a)
	}
	return w, nil
}

// application makes an application of one job of a query.
func (q *decimaQuery) application(id string) (*traces.Application, error) {
	rows := make([]csvRow, len(q.Stages))
	tasks := make([][]traces.Task, len(q.Stages))
	if len(q.Edges) != len(q.Stages) || len(rows) == 0 {
		return nil, fmt.Errorf("expected as many stages in adj_mat as in task_duration, and at least one, found %d and %d", len(q.Edges), len(q.Stages))
	}
	for i := range rows {
		stage, ok := q.Stages[strconv.Itoa(i)]
		if !ok {
			return nil, fmt.Errorf("expected the durations of stage %d in task_duration", i)
		}
		for _, ms := range stage.durations() {
			if ms < 0 || ms > traces.MaxTask.Milliseconds() {
				return nil, fmt.Errorf("stage %d: expected durations in milliseconds, found %d", i, ms)
			}
			tasks[i] = append(tasks[i], traces.Task{Run: int32(ms), Host: -1})
		}
		if len(tasks[i]) == 0 {
			return nil, fmt.Errorf("stage %d: expected durations of its tasks, found none", i)
		}
		rows[i] = csvRow{app: id, stage: strconv.Itoa(i), tasks: 1}
	}
	for i, edges := range q.Edges {
		if len(edges) != len(rows) {
			return nil, fmt.Errorf("expected %d numbers in row %d of adj_mat, found %d", len(rows), i, len(edges))
		}
		for j, edge := range edges {
			if edge != 0 {
				rows[j].after = append(rows[j].after, strconv.Itoa(i))
			}
		}
	}
	graph := columns{}
	a, err := graph.application(rows, equalTasks{}, id)
	if err != nil {
		return nil, err
	}
	for i := range a.Stages {
		at, _ := strconv.Atoi(a.Stages[i].Name)
		a.Stages[i].Tasks = tasks[at]
	}
	return a, nil
}
