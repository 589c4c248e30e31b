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

// alibaba2017 is the batch jobs of Alibaba's cluster-trace-v2017
// (github.com/alibaba/clusterdata) in the form of CloudSimPy. A row is a task of a job,
// which becomes a stage whose tasks have the mean duration of its instances.
var alibaba2017 = columns{
	class: "batch", unit: time.Second, note: alibaba2017Note,
	names: [columnKinds]string{
		appColumn: "job_id", submitColumn: "submit_time", secondsColumn: "duration", tasksColumn: "instances_num",
		stageColumn: "task_id", coresColumn: "cpu",
	},
}

// An alibabaGraph is a line of the job graphs of cluster-trace-v2018.
type alibabaGraph struct {
	ID     int64        `json:"id"`
	Job    string       `json:"job"`
	Stages [][2]float64 `json:"stages"` // instances, mean seconds
	Edges  [][2]int     `json:"edges"`  // before, after
}

func sniffAlibaba2018(head []byte) bool {
	line := firstLine(head, "")
	return strings.HasPrefix(line, "{") && strings.Contains(line, `"stages":`) && strings.Contains(line, `"edges":`)
}

func readAlibaba2018(r io.Reader, path string) (*traces.Workload, error) {
	w := &traces.Workload{Name: path, Notes: []traces.Note{withoutSettings.With(path), alibaba2018Note.With(path)}}
	shared := equalTasks{}
	err := traces.EachLine(r, path, func(line string, number int) error {
		var g alibabaGraph
		if err := json.Unmarshal([]byte(line), &g); err != nil {
			return fmt.Errorf("expected a JSON object with id, job, stages and edges: %v", err)
		}
		stages, err := g.stages(number)
		if err != nil {
			return err
		}
		a, err := shared.application(stages, path)
		w.Apps = append(w.Apps, a)
		return err
	})
	return w, err
}

func (g *alibabaGraph) stages(line int) ([]stage, error) {
	if len(g.Stages) == 0 {
		return nil, fmt.Errorf("expected at least one stage in job %q", g.Job)
	}
	stages := make([]stage, len(g.Stages))
	for i, s := range g.Stages {
		stages[i] = stage{line: line, app: cmp.Or(g.Job, fmt.Sprintf("graph-%d", g.ID)), name: fmt.Sprint(i), class: "graph"}
		if err := stages[i].setTasks(s[0], time.Duration(math.Round(s[1]*1000)*float64(time.Millisecond))); err != nil {
			return nil, fmt.Errorf("stage %d: %w", i, err)
		}
	}
	for _, e := range g.Edges {
		if min(e[0], e[1]) < 0 || max(e[0], e[1]) >= len(stages) {
			return nil, fmt.Errorf("edge %v: expected stages from 0 to %d", e, len(stages)-1)
		}
		stages[e[1]].after = append(stages[e[1]].after, fmt.Sprint(e[0]))
	}
	return stages, nil
}
