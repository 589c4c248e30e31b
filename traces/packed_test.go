package traces

import (
	"math"
	"math/rand/v2"
	"reflect"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// randomTask has each field at its ends or anywhere in its range.
func randomTask(r *rand.Rand) Task {
	var t Task
	v := reflect.ValueOf(&t).Elem()
	for i := range v.NumField() {
		switch f := v.Field(i); f.Kind() {
		case reflect.Bool:
			f.SetBool(r.IntN(2) == 0)
		case reflect.Uint8:
			f.SetUint(uint64(r.IntN(math.MaxUint8 + 1)))
		default:
			largest := int64(1)<<(8*f.Type().Size()-1) - 1
			f.SetInt([]int64{0, -1, largest, -largest - 1, r.Int64N(largest)}[r.IntN(5)])
		}
	}
	return t
}

// Tasks with any value in any field come out as they went in, whether they are alone or
// many times the same; so do they after they were saved.
func TestPackedTasksAreTheSame(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 1))
	var tasks []Task
	var p Packer
	for range 500 {
		one, times := randomTask(r), 1
		if r.IntN(4) == 0 {
			times = 1 + r.IntN(5)
		}
		p.Add(&one, times)
		tasks = append(tasks, slices.Repeat([]Task{one}, times)...)
	}
	s := Stage{Packed: p.Packed()}
	if !slices.Equal(s.Unpacked(), tasks) || s.Size() != len(tasks) {
		t.Errorf("%d tasks became others", len(tasks))
	}
	if saved := (Stage{Packed: PackedOf(s.Packed.Size(), s.Packed.Bytes())}); !slices.Equal(saved.Unpacked(), tasks) {
		t.Error("saved tasks became others")
	}
	for i, task := range s.All() {
		if *task != tasks[i] {
			t.Fatalf("task %d", i)
		}
		if i == 7 {
			break // a reader may stop
		}
	}
}

// A stage of a million equal tasks takes some bytes, and one of a million different tasks
// as a log has them a quarter of what they take unpacked.
func TestPackedTasksAreSmall(t *testing.T) {
	var p Packer
	p.Add(&Task{Run: 10000, Host: -1}, 1e6)
	if n := len(p.Packed().Bytes()); n > 20 {
		t.Errorf("equal tasks take %d bytes", n)
	}
	r := rand.New(rand.NewPCG(1, 1))
	for range int(1e6) {
		p.Add(&Task{
			Run: int32(r.ExpFloat64() * 5000), Deserialize: int32(r.IntN(30)), Result: int32(r.IntN(3)), Scheduler: int32(r.IntN(20)),
			Locality: NodeLocal, Host: int16(r.IntN(50)), Read: r.Int64N(1 << 24), Write: r.Int64N(1 << 24),
		}, 1)
	}
	if n := float64(len(p.Packed().Bytes())) / 1e6; n > 18 {
		t.Errorf("a task takes %.1f bytes; unpacked it takes %d", n, reflect.TypeFor[Task]().Size())
	}
}

// A stage of many tasks is packed when a source has read it, and a change keeps it packed.
func TestLargeStagesArePacked(t *testing.T) {
	s := Stage{Tasks: make([]Task, mostPlain)}
	if s.Pack(0); s.Packed != nil {
		t.Error("a small stage was packed")
	}
	s.Tasks = make([]Task, mostPlain+1)
	s.Pack(0)
	before := s
	s.Change(func(t *Task) { t.Run++ })
	if s.Tasks != nil || s.Size() != mostPlain+1 || s.Unpacked()[mostPlain].Run != 1 || before.Unpacked()[0].Run != 0 {
		t.Errorf("%d tasks, %d plain", s.Size(), len(s.Tasks))
	}
}

// packed has go-cmp compare packed tasks.
var packed = cmp.AllowUnexported(Packed{})
