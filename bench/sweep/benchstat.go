package sweep

import (
	"bufio"
	"fmt"
	"io"

	"dynalloc/bench/metrics"
)

// WriteBenchmarks writes the headline metrics in the benchmark format of Go
// (https://go.dev/design/14313-benchmark-format), which benchstat reads: lines of one name for
// the replicas and seeds of one policy, load and window, a line for what is independent of
// the others. At a load other than 1 that is the mean of a seed's replicas.
func (f *Folder) WriteBenchmarks(w io.Writer) error {
	out := bufio.NewWriter(w)
	for _, name := range metrics.Headline {
		if better := metrics.Named(name).Better; better != metrics.Neither {
			fmt.Fprintf(out, "Unit %s better=%s\n", name, better)
		}
	}
	err := f.units(func(u *unit) error {
		fmt.Fprintf(out, "BenchmarkSweep/policy=%s/load=%s/window=%s 1", u.of.Policy, Load(u.of.Load), u.of.Window)
		for _, name := range metrics.Headline {
			if m := u.metrics[metrics.Position(name)]; m.n > 0 {
				fmt.Fprintf(out, " %v %s", m.mean, name)
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
