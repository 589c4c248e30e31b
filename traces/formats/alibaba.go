package formats

import (
	"cmp"
	"fmt"
	"io"
	"math"
	"strings"
	"time"

	"github.com/go-json-experiment/json"

	"dynalloc/traces"
)

// alibaba2017 are the batch jobs of Alibaba's cluster-trace-v2017
// (github.com/alibaba/clusterdata) in the form of CloudSimPy: a row is a task of
// a job, that is a stage, with the mean duration of its instances.
var alibaba2017 = columns{
	kind: "batch", unit: time.Second,
	app: "job_id", submit: "submit_time", each: "duration", tasks: "instances_num", stage: "task_id", cores: "cpu",
	notes: []string{"an Alibaba 2017 batch trace. The order of stages in a job is not known, so those submitted together run side by side; every instance of a stage takes the mean; part of a core counts as a core."},
}

// An alibabaGraph is a line of the job graphs of cluster-trace-v2018.
type alibabaGraph struct {
	ID     int64        `json:"id"`
	Job    string       `json:"job"`
	Stages [][2]float64 `json:"stages"` // instances, mean seconds
	Edges  [][2]int     `json:"edges"`  // before, after
}

func isAlibaba2018(head []byte) bool {
	line := firstLine(head, "")
	return strings.HasPrefix(line, "{") && strings.Contains(line, `"stages":`) && strings.Contains(line, `"edges":`)
}

func readAlibaba2018(r io.Reader, path string) (*traces.Workload, error) {
	w := &traces.Workload{Name: path, Notes: []string{
		fmt.Sprintf(noteDerived, path),
		path + ": Alibaba 2018 job graphs. They have no arrival times: all are submitted at once, until they are combined with arrivals of another source (dynalloc synth --arrivals); every instance of a stage takes the mean.",
	}}
	shared, graphs := equalTasks{}, columns{kind: "graph"}
	err := traces.EachLine(r, path, func(line string, number int) error {
		if strings.TrimSpace(line) == "" {
			return nil
		}
		var g alibabaGraph
		if err := json.Unmarshal([]byte(line), &g); err != nil {
			return traces.LineError(path, number, "expected a JSON object with id, job, stages and edges: %v", err)
		}
		rows, err := g.rows(number)
		if err != nil {
			return traces.LineError(path, number, "%w", err)
		}
		a, err := graphs.application(rows, shared, path)
		if err != nil {
			return err
		}
		w.Apps = append(w.Apps, a)
		return nil
	})
	if err != nil {
		return nil, err
	}
	return w, nil
}

// rows are the stages of the graph as rows of a table.
func (g *alibabaGraph) rows(line int) ([]csvRow, error) {
	id := cmp.Or(g.Job, fmt.Sprintf("graph-%d", g.ID))
	if len(g.Stages) == 0 {
		return nil, fmt.Errorf("expected at least one stage in job %q", g.Job)
	}
	rows := make([]csvRow, len(g.Stages))
	for i, s := range g.Stages {
		tasks, seconds := s[0], s[1]
		if tasks > traces.MaxTasks || seconds > traces.MaxTask.Seconds() {
			return nil, fmt.Errorf("stage %d: expected at most %d instances of at most %.0f seconds, found %v", i, int(traces.MaxTasks), traces.MaxTask.Seconds(), s)
		}
		rows[i] = csvRow{line: line, app: id, stage: fmt.Sprint(i), tasks: int(tasks), each: time.Duration(math.Round(seconds*1000)) * time.Millisecond}
		if err := checkEqual(rows[i].tasks, rows[i].each); err != nil {
			return nil, fmt.Errorf("stage %d: %w", i, err)
		}
	}
	for _, e := range g.Edges {
		if min(e[0], e[1]) < 0 || max(e[0], e[1]) >= len(rows) {
			return nil, fmt.Errorf("edge %v: expected stages from 0 to %d", e, len(rows)-1)
		}
		after := &rows[e[1]]
		after.after = append(after.after, fmt.Sprint(e[0]))
	}
	return rows, nil
}
