package eventlog

import (
	"dynalloc/traces"
	"dynalloc/traces/eventlog/rows"
)

// A taskRuns is the runs of a stage's tasks that succeeded, in the order of the log. In a log
// of very many tasks most of them are packed until the end.
type taskRuns struct {
	packed *rows.Rows
	plain  []taskRun // after those
}

// mostPlainRuns is how many runs of a log are kept without being packed, which takes time.
const mostPlainRuns = 1 << 16

// packedFrom is how many runs a stage has at least if they are packed: fewer take no less
// memory then.
const packedFrom = 4

// packedAtOnce is how many runs of a stage are packed before it is completed.
const packedAtOnce = 4096

func (l *taskRuns) size() int {
	if l.packed != nil {
		return l.packed.Len() + len(l.plain)
	}
	return len(l.plain)
}

// A runMemory is memory that the runs of one stage after another take, so that a log of very
// many does not leave as much behind as it holds.
type runMemory struct {
	plain  int       // runs of all stages that are not packed
	spare  []taskRun // for such runs
	packer rows.Packer

	all, kept []taskRun // of the stage that is built
	order     []uint64
	byLaunch  []int
	tasks     []traces.Task // that no stage keeps
	ends      []int64       // for the ends of stages
}

// oneEnd is a list with one end.
func (m *runMemory) oneEnd(end int64) []int64 {
	if len(m.ends) == cap(m.ends) {
		m.ends = make([]int64, 0, min(2*cap(m.ends)+1, 512))
	}
	m.ends = append(m.ends, end)
	return m.ends[len(m.ends)-1 : len(m.ends) : len(m.ends)]
}

// add adds a run to a stage.
func (m *runMemory) add(s *stageLog, run *taskRun) {
	l := &s.runs
	if l.plain == nil {
		if n := min(max(s.wanted-l.size(), 1), 1024); n <= cap(m.spare) {
			l.plain, m.spare = m.spare, nil
		} else {
			l.plain = make([]taskRun, 0, n)
		}
	}
	l.plain = append(l.plain, *run)
	if m.plain++; len(l.plain) >= packedAtOnce {
		m.pack(s)
	}
}

// pack packs the runs of a stage if those of the log are many.
func (m *runMemory) pack(s *stageLog) {
	l := &s.runs
	if m.plain <= mostPlainRuns || len(l.plain) == 0 || l.packed == nil && len(l.plain) < packedFrom {
		return
	}
	if l.packed == nil {
		l.packed = &rows.Rows{}
	}
	m.packer.Add(l.packed, len(l.plain), func(i int) rows.Row { return l.plain[i].numbers() })
	m.plain -= len(l.plain)
	l.plain, m.spare = nil, l.plain[:0]
}

// take takes all runs of a stage, which are valid until those of another one are taken.
func (m *runMemory) take(s *stageLog) []taskRun {
	runs := s.runs.plain
	if s.runs.packed != nil {
		m.all = m.all[:0]
		s.runs.each(func(run *taskRun) { m.all = append(m.all, *run) })
		runs = m.all
	}
	s.runs = taskRuns{}
	return runs
}

// each calls yield with each run, which it must not keep.
func (l *taskRuns) each(yield func(*taskRun)) {
	if l.packed != nil {
		var run taskRun
		l.packed.All(func(row *rows.Row) {
			run.setNumbers(row)
			yield(&run)
		})
	}
	for i := range l.plain {
		yield(&l.plain[i])
	}
}

// numbers are a run as numbers, of which most are like those of the run before. What only
// the end of the log tells about its task is not there yet.
func (r *taskRun) numbers() rows.Row {
	flags := bit(r.exact) | bit(r.isCopy)<<1 | bit(r.measured)<<2 | bit(r.adopted)<<3
	took := r.finish - r.launch
	return rows.Row{
		int64(r.partition), int64(r.attempt), int64(flags), r.id, r.launch, took, int64(r.executor),
		took - int64(r.Run), int64(r.Deserialize), int64(r.Result), took - int64(r.Run) - int64(r.Scheduler), int64(r.GettingResult),
		r.Read, r.Write, int64(r.Locality), int64(r.Host),
	}
}

func (r *taskRun) setNumbers(n *rows.Row) {
	*r = taskRun{
		partition: int32(n[0]), attempt: int16(n[1]), id: n[3], launch: n[4], finish: n[4] + n[5], executor: int32(n[6]),
		exact: n[2]&1 != 0, isCopy: n[2]&2 != 0, measured: n[2]&4 != 0, adopted: n[2]&8 != 0,
		Task: traces.Task{
			Run: int32(n[5] - n[7]), Deserialize: int32(n[8]), Result: int32(n[9]), Scheduler: int32(n[7] - n[10]), GettingResult: int32(n[11]),
			Read: n[12], Write: n[13], Locality: traces.Locality(n[14]), Host: int16(n[15]),
		},
	}
}
