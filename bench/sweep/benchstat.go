package sweep

import (
	"bufio"
	"fmt"
	"io"

	"dynalloc/bench/metrics"
)

// WriteBenchmarks writes the headline metrics of each result in the benchmark format of Go
// (https://go.dev/design/14313-benchmark-format), which benchstat reads: a line for each, and
// lines of one name for the replicas and seeds of one policy, load and window.
func (f *Folder) WriteBenchmarks(w io.Writer) error {
	out := bufio.NewWriter(w)
	for _, name := range metrics.Headline {
		if better := metrics.Named(name).Better; better != metrics.Neither {
			fmt.Fprintf(out, "Unit %s better=%s\n", name, better)
		}
	}
	err := f.Each(func(r *Result) error {
		fmt.Fprintf(out, "BenchmarkSweep/policy=%s/load=%s/window=%s 1", r.Policy, Load(r.Load), r.Window)
		for _, name := range metrics.Headline {
			if v, there := r.All[name]; there {
				fmt.Fprintf(out, " %v %s", v, name)
			}
		}
		_, err := fmt.Fprintln(out)
		return err
	})
	if err != nil {
		return err
	}
	return out.Flush()
}
