package traces

import (
	"encoding/binary"
	"iter"
	"math/bits"
	"reflect"
	"slices"
)

// Packed is the tasks of a stage in a compact form that is read in order: a few bytes for
// each task that differs from the one before it, where a [Task] takes 48. Nothing changes
// it after it is made.
type Packed struct {
	size int
	data []byte
}

// mostPlain is the number of tasks above which a stage is packed when it is read.
const mostPlain = 4096

// mostPlainOfAll is the number of an application's tasks above which all of its stages are.
const mostPlainOfAll = 1 << 18

// taskNumbers is how many numbers a Task has.
const taskNumbers = 12

// numbers are the fields of a task as numbers, the marks of a task together as one.
func (t *Task) numbers() [taskNumbers]int64 {
	marks := int64(0)
	for i, mark := range t.marks() {
		if *mark {
			marks |= 1 << i
		}
	}
	return [...]int64{
		int64(t.Run), int64(t.Deserialize), int64(t.Result), int64(t.Scheduler), int64(t.GettingResult), int64(t.OriginalRun),
		t.Read, t.Write, marks, int64(t.Contenders), int64(t.Locality), int64(t.Host),
	}
}

func (t *Task) setNumbers(n *[taskNumbers]int64) {
	t.Run, t.Deserialize, t.Result, t.Scheduler, t.GettingResult, t.OriginalRun = int32(n[0]), int32(n[1]), int32(n[2]), int32(n[3]), int32(n[4]), int32(n[5])
	t.Read, t.Write = n[6], n[7]
	for i, mark := range t.marks() {
		*mark = n[8]&(1<<i) != 0
	}
	t.Contenders, t.Locality, t.Host = uint8(n[9]), Locality(n[10]), int16(n[11])
}

func (t *Task) marks() [4]*bool { return [...]*bool{&t.Recomputed, &t.Cold, &t.First, &t.FirstRead} }

// A Packer packs tasks in their order. The zero value has none.
type Packer struct {
	packed Packed
	last   [taskNumbers]int64 // of the last task, which is not written yet
	before [taskNumbers]int64 // of the one before, from which it differs
	times  int                // how often the last task came in a row
}

// Add adds a task a number of times, at least once.
func (p *Packer) Add(t *Task, times int) {
	n := t.numbers()
	if p.times > 0 && n != p.last {
		p.write()
	}
	p.last, p.times, p.packed.size = n, p.times+times, p.packed.size+times
}

// Size is how many tasks were added.
func (p *Packer) Size() int { return p.packed.size }

// write writes the last task: which numbers differ from those of the one before it, whether
// it came more than once, the differences, and the number of times.
func (p *Packer) write() {
	b, changed, more := p.packed.data, uint64(0), uint64(0)
	for i := range p.last {
		if p.last[i] != p.before[i] {
			changed |= 1 << i
		}
	}
	if p.times > 1 {
		more = 1
	}
	b = binary.AppendUvarint(b, changed<<1|more)
	for i := range p.last {
		if changed>>i&1 != 0 {
			b = binary.AppendVarint(b, p.last[i]-p.before[i])
		}
	}
	if p.times > 1 {
		b = binary.AppendUvarint(b, uint64(p.times))
	}
	p.packed.data, p.before, p.times = b, p.last, 0
}

// Packed returns the tasks that were added, and empties the packer.
func (p *Packer) Packed() *Packed {
	if p.times > 0 {
		p.write()
	}
	packed := p.packed
	packed.data = slices.Clip(slices.Clone(packed.data))
	*p = Packer{}
	return &packed
}

// PackedOf is the size tasks whose packed form is data, as [Packed.Bytes] returned it. The
// data must not change later, and must have come through whatever kept it unchanged: to
// read them all takes as long as a replay of them, so that they are not checked here.
func PackedOf(size int, data []byte) *Packed { return &Packed{size, data} }

// Size is the number of tasks.
func (p *Packed) Size() int { return p.size }

// Bytes is the packed form, to be saved. It must not be changed.
func (p *Packed) Bytes() []byte { return p.data }

// runs calls yield with each task and how often it comes in a row, until it returns false.
// It reports whether the form is right, or yield returned false.
func (p *Packed) runs(yield func(n *[taskNumbers]int64, times int) bool) bool {
	var n [taskNumbers]int64
	for b := p.data; len(b) > 0; {
		head, used := binary.Uvarint(b)
		if used <= 0 || head>>(taskNumbers+1) != 0 {
			return false
		}
		b = b[used:]
		for changed := head >> 1; changed != 0; changed &= changed - 1 {
			difference, used := binary.Varint(b)
			if used <= 0 {
				return false
			}
			b = b[used:]
			n[bits.TrailingZeros64(changed)] += difference
		}
		times := uint64(1)
		if head&1 != 0 {
			if times, used = binary.Uvarint(b); used <= 0 || times < 1 || times > MaxID {
				return false
			}
			b = b[used:]
		}
		if !yield(&n, int(times)) {
			return true
		}
	}
	return true
}

// Size is the number of the stage's tasks.
func (s *Stage) Size() int {
	if s.Packed != nil {
		return s.Packed.size
	}
	return len(s.Tasks)
}

// Memory is how many bytes the stage's tasks take.
func (s *Stage) Memory() int64 {
	if s.Packed != nil {
		return int64(len(s.Packed.data))
	}
	return int64(s.Size()) * int64(reflect.TypeFor[Task]().Size())
}

// All are the stage's tasks with their partitions, in order, packed or not. A task is valid
// until the next one and must not be changed.
func (s *Stage) All() iter.Seq2[int, *Task] {
	return func(yield func(int, *Task) bool) {
		for i := range s.Tasks {
			if !yield(i, &s.Tasks[i]) {
				return
			}
		}
		if s.Packed == nil {
			return
		}
		var t Task
		i := 0
		s.Packed.runs(func(n *[taskNumbers]int64, times int) bool {
			t.setNumbers(n)
			for range times {
				if !yield(i, &t) {
					return false
				}
				i++
			}
			return true
		})
	}
}

// Unpacked is a copy of the stage's tasks.
func (s *Stage) Unpacked() []Task {
	tasks := make([]Task, 0, s.Size())
	for _, t := range s.All() {
		tasks = append(tasks, *t)
	}
	return tasks
}

// Change gives the stage other tasks: copies of its own, each after change.
func (s *Stage) Change(change func(t *Task)) {
	var made Packer
	tasks := make([]Task, 0, len(s.Tasks))
	for _, t := range s.All() {
		c := *t
		if change(&c); s.Packed == nil {
			tasks = append(tasks, c)
		} else {
			made.Add(&c, 1)
		}
	}
	if s.Packed == nil {
		s.Tasks = tasks
	} else {
		s.Packed = made.Packed()
	}
}

// Pack packs the tasks of a stage, which is new and not used yet, if it has many, or if its
// application has very many.
func (s *Stage) Pack(ofApplication int) {
	if len(s.Tasks) <= mostPlain && ofApplication <= mostPlainOfAll {
		return
	}
	p := Packer{packed: Packed{data: make([]byte, 0, 16*len(s.Tasks))}}
	for i := range s.Tasks {
		p.Add(&s.Tasks[i], 1)
	}
	s.Tasks, s.Packed = nil, p.Packed()
}
