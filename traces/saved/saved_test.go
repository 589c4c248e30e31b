package saved

import (
	"bytes"
	"math/rand/v2"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"dynalloc/internal/note"
	"dynalloc/traces"
)

var fact = note.Declare("saved-test-fact", "text", "mark", "count", "share", "time", "names", "note", "notes")

// comparable makes the tasks of a packed stage comparable.
var packed = cmp.Transformer("bytes", func(p *traces.Packed) []byte {
	if p == nil {
		return nil
	}
	return append(p.Bytes(), byte(p.Size()), byte(p.Size()>>8))
})

// fill sets all that a value has, and returns the names of the fields that it met.
func fill(t *testing.T, r *rand.Rand, v reflect.Value, met map[string]bool) {
	t.Helper()
	switch v.Interface().(type) {
	case time.Time:
		v.Set(reflect.ValueOf(time.UnixMilli(r.Int64N(traces.MaxTime)).UTC()))
		return
	case *traces.Packed:
		var p traces.Packer
		for range 10 {
			var task traces.Task
			fill(t, r, reflect.ValueOf(&task).Elem(), met)
			p.Add(&task, 1+r.IntN(3))
		}
		v.Set(reflect.ValueOf(p.Packed()))
		return
	case note.Note:
		inner := note.Plain("inner")
		v.Set(reflect.ValueOf(fact.With("text", true, r.IntN(100), r.Float64(), time.Duration(r.Int64()), []string{"a", ""}, inner, []note.Note{inner, {}})))
		return
	}
	switch v.Kind() {
	case reflect.Bool:
		v.SetBool(true)
	case reflect.Int, reflect.Int64, reflect.Int32, reflect.Int16:
		width := 1 + r.IntN(v.Type().Bits()-1) // of all sizes
		n := r.Int64()>>(63-width) | 1
		if r.IntN(2) == 0 {
			n = -n
		}
		v.SetInt(n)
	case reflect.Uint8:
		v.SetUint(uint64(1 + r.IntN(255)))
	case reflect.Float64:
		v.SetFloat(1 + r.Float64())
	case reflect.String:
		v.SetString([]string{"a", "name\x00\n", "\xff", "ä", "long" + string(make([]byte, 300))}[r.IntN(5)])
	case reflect.Pointer:
		v.Set(reflect.New(v.Type().Elem()))
		fill(t, r, v.Elem(), met)
	case reflect.Slice:
		n := 1 + r.IntN(4)
		v.Set(reflect.MakeSlice(v.Type(), n, n))
		for i := range n {
			fill(t, r, v.Index(i), met)
		}
	case reflect.Map:
		v.Set(reflect.MakeMap(v.Type()))
		v.SetMapIndex(reflect.ValueOf("key"), reflect.ValueOf("value"))
		v.SetMapIndex(reflect.ValueOf(""), reflect.ValueOf(""))
	case reflect.Struct:
		for i := range v.NumField() {
			met[v.Type().Name()+"."+v.Type().Field(i).Name] = true
			fill(t, r, v.Field(i), met)
		}
	default:
		t.Fatalf("the test cannot set a %v", v.Type())
	}
}

var program, input = Key{1}, Key{2}

// again is a workload after it was saved and read.
func again(t testing.TB, w *traces.Workload) *traces.Workload {
	t.Helper()
	var file bytes.Buffer
	if err := write(&file, program, input, w); err != nil {
		t.Fatal(err)
	}
	got, err := read(file.Bytes(), program, input)
	if err != nil {
		t.Fatal(err)
	}
	return got
}

// A workload of which every exported field of every part has values of all sizes is the
// same after it was saved and read. A field that somebody adds is one of them.
func TestEachFieldOfAWorkloadIsSaved(t *testing.T) {
	met := map[string]bool{}
	for seed := range uint64(20) {
		var w traces.Workload
		fill(t, rand.New(rand.NewPCG(seed, 0)), reflect.ValueOf(&w).Elem(), met)
		if diff := cmp.Diff(&w, again(t, &w), packed); diff != "" {
			t.Fatalf("seed %d (-before +after):\n%s", seed, diff)
		}
	}
	for _, field := range []string{"Workload.Notes", "Application.Until", "Task.Write", "RecordedTask.Finished", "Log.Problems", "Disruptions.Starved", "TimeSpent.Driver"} {
		if !met[field] {
			t.Errorf("%s was not tried", field)
		}
	}
	if len(met) < 120 {
		t.Errorf("%d fields were tried", len(met))
	}
}

// Nothing and an empty list are different: reports write them differently.
func TestNothingStaysNothing(t *testing.T) {
	w := &traces.Workload{Apps: []*traces.Application{
		nil,
		{Stages: []traces.Stage{{Tasks: []traces.Task{}}, {Parents: []int{}}, {}}, Properties: map[string]string{}},
		{Jobs: []traces.Job{}, Recorded: &traces.Recorded{Tasks: []traces.RecordedTask{}}},
		{Started: time.Date(2026, 3, 1, 12, 0, 0, 0, time.FixedZone("", 5400))},
	}}
	if diff := cmp.Diff(w, again(t, w), packed); diff != "" {
		t.Errorf("(-before +after):\n%s", diff)
	}
	if diff := cmp.Diff(&traces.Workload{}, again(t, &traces.Workload{})); diff != "" {
		t.Errorf("an empty workload (-before +after):\n%s", diff)
	}
}

// some is a workload with some of everything.
func some(t testing.TB) *traces.Workload {
	t.Helper()
	w := &traces.Workload{Name: "some", Notes: []traces.Note{note.Plain("a note")}}
	for range 3 {
		a := &traces.Application{ID: "a", Hosts: []string{"h"}, Properties: map[string]string{"spark.app.name": "x"}}
		for range 5 {
			a.Stages = append(a.Stages, traces.Stage{Name: "stage", Tasks: []traces.Task{{Run: 5}, {Run: 1 << 20, Host: -1}}})
		}
		w.Apps = append(w.Apps, a)
	}
	return w
}

// Whatever bit of a file changes and wherever it is cut, it is not used, and nothing worse
// happens.
func TestADamagedFileIsNotUsed(t *testing.T) {
	var file bytes.Buffer
	if err := write(&file, program, input, some(t)); err != nil {
		t.Fatal(err)
	}
	good := file.Bytes()
	for n := range len(good) {
		if _, err := read(good[:n], program, input); err == nil {
			t.Fatalf("used after %d of %d bytes", n, len(good))
		}
		for bit := range 8 {
			bad := bytes.Clone(good)
			bad[n] ^= 1 << bit
			if _, err := read(bad, program, input); err == nil {
				t.Fatalf("used with bit %d of byte %d changed", bit, n)
			}
		}
	}
	if _, err := read(append(bytes.Clone(good), 0), program, input); err == nil {
		t.Error("used with a byte after its end")
	}
	for _, of := range []struct {
		why            error
		program, input Key
	}{{errOlder, Key{3}, input}, {errOther, program, Key{3}}} {
		if _, err := read(good, of.program, of.input); err != of.why {
			t.Errorf("error %v, want %v", err, of.why)
		}
	}
}

// Content with a right checksum and a wrong form, which only somebody makes on purpose, is
// an error too.
func FuzzRead(f *testing.F) {
	var file bytes.Buffer
	if err := write(&file, program, input, some(f)); err != nil {
		f.Fatal(err)
	}
	f.Add(file.Bytes()[headSize : file.Len()-sumSize])
	f.Fuzz(func(t *testing.T, content []byte) {
		d := decoder{bytes: content}
		workloadValue.read(&d, reflect.ValueOf(&traces.Workload{}).Elem())
	})
}

// A folder gives back what was saved for a key, and nothing for others. A file that is
// damaged or of another program is read past, named once, and written again.
func TestAFolderGivesBackWhatWasSaved(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "new", "cache")
	open := func(program Key) *Folder {
		f, err := Open(dir, program)
		if err != nil {
			t.Fatal(err)
		}
		return f
	}
	f := open(program)
	if f.Load(input) != nil || f.Trouble() != nil {
		t.Error("it is not empty")
	}
	f.Save(input, some(t))
	if diff := cmp.Diff(some(t), f.Load(input)); diff != "" {
		t.Errorf("(-before +after):\n%s", diff)
	}
	if f.Load(Key{9}) != nil || f.Trouble() != nil {
		t.Errorf("another input has the workload, or: %v", f.Trouble())
	}
	entries, err := os.ReadDir(dir)
	if err != nil || len(entries) != 1 {
		t.Fatalf("%v, %v", entries, err)
	}
	path := filepath.Join(dir, entries[0].Name())
	for what, spoil := range map[string]func() *Folder{
		"another version of the program": func() *Folder { return open(Key{7}) },
		"its checksum is wrong": func() *Folder {
			if err := os.Truncate(path, 200); err != nil {
				t.Fatal(err)
			}
			return open(program)
		},
		"it is no saved workload": func() *Folder {
			if err := os.WriteFile(path, nil, 0o600); err != nil {
				t.Fatal(err)
			}
			return open(program)
		},
	} {
		f := spoil()
		if f.Load(input) != nil {
			t.Errorf("%s: it is used", what)
		}
		if trouble := f.Trouble(); trouble == nil || !strings.Contains(trouble.Error(), what) {
			t.Errorf("it says %v, and not %q", trouble, what)
		}
		f.Save(input, some(t))
		if f.Load(input) == nil {
			t.Errorf("%s: it was not written again", what)
		}
		open(program).Save(input, some(t))
	}
}
