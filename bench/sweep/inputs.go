package sweep

import (
	"bufio"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"hash"
	"io"
	"reflect"
	"slices"
	"strings"
	"time"

	"dynalloc/bench"
	"dynalloc/replay"
	"dynalloc/replay/cluster"
	"dynalloc/replay/latency"
	"dynalloc/traces"
)

// InputsOf is the hash of all of a suite on which results depend and which is the same for
// all cells. Every field of the types counts, so that one that is added later counts,
// too, except those in notInResults.
func InputsOf(s *bench.Suite) string {
	h := sha256.New()
	w := bufio.NewWriter(h)
	for _, part := range []struct {
		name  string
		value any
	}{
		{"workload", *s.Workload}, {"config", s.Config}, {"deadlines", s.Deadlines}, {"slack", s.Slack}, {"prices", s.Prices},
	} {
		fmt.Fprintf(w, "%s:", part.name)
		writeValue(w, reflect.ValueOf(part.value))
	}
	w.Flush() // a hash returns no error
	return sum(h)
}

func sum(h hash.Hash) string { return hex.EncodeToString(h.Sum(nil)) }

// notInResults are fields that say where inputs are from, or are set for each cell.
var notInResults = map[reflect.Type][]string{
	reflect.TypeFor[traces.Workload]():      {"Name", "Notes"},
	reflect.TypeFor[traces.Application]():   {"Path", "Log"},
	reflect.TypeFor[cluster.Cluster]():      {"Notes", "Assumed"},
	reflect.TypeFor[replay.Config]():        {"Seed", "Watch"},
	reflect.TypeFor[latency.Distribution](): {"Source", "Logs"},
	reflect.TypeFor[traces.Stage]():         {"Tasks", "Packed"}, // see writeTasks

	reflect.TypeFor[latency.Distribution](): {"Source", "Logs"},
}

// writeValue writes a value with the names of its fields. Values are equal if their texts
// are.
func writeValue(w io.Writer, v reflect.Value) {
	if v.Type() == reflect.TypeFor[traces.Stage]() {
		writeTasks(w, v.Interface().(traces.Stage))
	}
	switch v.Kind() {
	case reflect.Bool, reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64, reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64, reflect.Float64:
		fmt.Fprint(w, v)
	case reflect.String:
		fmt.Fprintf(w, "%q", v.String())
	case reflect.Slice, reflect.Array:
		fmt.Fprintf(w, "%d[", v.Len())
		for i := range v.Len() {
			writeValue(w, v.Index(i))
			io.WriteString(w, ",")
		}
		io.WriteString(w, "]")
	case reflect.Map:
		keys := v.MapKeys()
		slices.SortFunc(keys, compareKeys)
		io.WriteString(w, "{")
		for _, k := range keys {
			writeValue(w, k)
			io.WriteString(w, ":")
			writeValue(w, v.MapIndex(k))
			io.WriteString(w, ",")
		}
		io.WriteString(w, "}")
	case reflect.Pointer, reflect.Interface:
		if v.IsNil() {
			io.WriteString(w, "nil")
			return
		}
		if zone, ok := v.Interface().(*time.Location); ok {
			fmt.Fprintf(w, "%q", zone)
			return
		}
		fmt.Fprintf(w, "%s ", v.Elem().Type())
		writeValue(w, v.Elem())
	case reflect.Struct:
		writeFields(w, v)
	default:
		panic(fmt.Sprintf("sweep: a %s cannot be part of a key", v.Type()))
	}
}

// writeFields writes a struct.
func writeFields(w io.Writer, v reflect.Value) {
	if v.Type() == reflect.TypeFor[time.Time]() {
		fmt.Fprint(w, v.Interface().(time.Time).UTC().Format(time.RFC3339Nano))
		return
	}
	io.WriteString(w, "{")
	for i := range v.NumField() {
		if name := v.Type().Field(i).Name; !slices.Contains(notInResults[v.Type()], name) {
			fmt.Fprintf(w, "%s=", name)
			writeValue(w, v.Field(i))
			io.WriteString(w, ";")
		}
	}
	io.WriteString(w, "}")
}

// writeTasks writes the tasks of a stage, which may be packed or not.
func writeTasks(w io.Writer, s traces.Stage) {
	var tasks traces.Packer
	for _, t := range s.All() {
		tasks.Add(t, 1)
	}
	packed := tasks.Packed()
	fmt.Fprintf(w, "tasks=%d:", s.Size())
	w.Write(packed.Bytes())
}

func compareKeys(a, b reflect.Value) int {
	var x, y strings.Builder
	writeValue(&x, a)
	writeValue(&y, b)
	return strings.Compare(x.String(), y.String())
}
