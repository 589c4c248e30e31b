package standalone

import (
	"embed"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"

	"dynalloc/internal/note"
	"dynalloc/internal/spec"
	"dynalloc/replay/cluster/manager"
)

// Example has a documented cluster, and the help of its settings.
//
//go:embed example
var Example embed.FS

// Options are the Master's own settings.
type Options struct {
	// Spread takes workers in turn; else one is filled before the next is taken
	// (spark.deploy.spreadOutApps).
	Spread bool `yaml:"spread"`
	// Selection is the order in which workers are tried
	// (spark.deploy.workerSelectionPolicy, since Spark 4.0).
	Selection Selection `yaml:"workers"`
	// DefaultCores is spark.cores.max of applications that set none
	// (spark.deploy.defaultCores); 0: no limit.
	DefaultCores manager.Count `yaml:"default-cores"`
	// Overhead counts the memory of executors beside their heap. The Master does not
	// count it; see docs/decisions/0005-overhead-counts.md.
	Overhead bool `yaml:"overhead"`
}

// Defaults are the options of a Master that sets none.
func Defaults() *Options { return &Options{Spread: true, Selection: MostCores} }

// Parse reads spread=, workers=, defaultcores= and overhead=.
func (o *Options) Parse(d *spec.Decoder) {
	o.Overhead = d.Bool("overhead", o.Overhead)
	o.Spread = d.Bool("spread", o.Spread)
	o.DefaultCores = manager.Count(d.Int("defaultcores", int(o.DefaultCores)))
	o.Selection = Selection(d.Choice("workers", string(o.Selection), Selections...))
}

// Load checks the options; there are no files.
func (o *Options) Load([]manager.Node, func(string) (io.ReadCloser, error)) ([]note.Note, error) {
	if !slices.Contains(Selections, string(o.Selection)) {
		return nil, fmt.Errorf("standalone: workers: expected one of %s, found %q", strings.Join(Selections, ", "), o.Selection)
	}
	return nil, nil
}

// New makes a Master with these workers; it has no random numbers.
func (o *Options) New(nodes []manager.Node, _ uint64) (manager.Manager, error) {
	return New(nodes, *o), nil
}

func (o *Options) String() string {
	var s spec.Spec
	set := func(is bool, key, value string) {
		if is {
			s.Args = append(s.Args, spec.Arg{Key: key, Value: value})
		}
	}
	set(o.Overhead, "overhead", "true")
	set(!o.Spread, "spread", "false")
	set(o.Selection != MostCores, "workers", string(o.Selection))
	set(o.DefaultCores > 0, "defaultcores", strconv.Itoa(int(o.DefaultCores)))
	return strings.TrimPrefix(s.String(), ",")
}

// Short is empty: the text form is short enough.
func (o *Options) Short() string { return "" }

// A Selection is an order of workers (WorkerSelectionPolicy). Ties go to the
// lower worker where the order ascends, and to the higher where it descends.
type Selection string

// The orders of workers, by what is free on them.
const (
	MostCores   Selection = "cores-free-desc" // the default
	FewestCores Selection = "cores-free-asc"
	MostMemory  Selection = "memory-free-desc"
	LeastMemory Selection = "memory-free-asc"
	ByWorkerID  Selection = "worker-id"
)

// Selections are all of them.
var Selections = []string{string(MostCores), string(FewestCores), string(MostMemory), string(LeastMemory), string(ByWorkerID)}
