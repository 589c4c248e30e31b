// Performance measures how fast dynalloc is, and writes docs/PERFORMANCE.md: the cost of
// an event relative to a bare queue, how it grows, other simulators on the same work,
// and where the time goes, for this code and for an earlier commit. `make bench` runs it.
//
// The benchmarks are elsewhere (packages growth, reading, replay and bench); this command runs them
// in rounds, so that all that is compared is measured side by side, takes medians of the
// rounds, and writes the page. What cannot be measured is on the page with the reason.
//
// Read the files in this order:
//
//   - main.go: the order of a run;
//   - measure.go: the programs of benchmarks, and a round of them;
//   - results.go: what they print, as medians;
//   - peers.go: SimPy and CloudSim Plus, which peers/queue.py and peers/Queue.java use;
//   - profile.go: which functions take the time;
//   - growth.go: the axes, their tables and pictures;
//   - page.go with page.md: the page and its tables; bars.go: what is demanded of figures;
//   - machine.go: what the machine is.
package main
