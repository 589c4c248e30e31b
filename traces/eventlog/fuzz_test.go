package eventlog

import (
	"bytes"
	"errors"
	"io"
	"math/rand/v2"
	"regexp"
	"slices"
	"testing"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"dynalloc/traces"
	"dynalloc/traces/eventlog/scan"
	"dynalloc/traces/eventlog/scan/slow"
)

// oddValues are what a mutation puts in the place of a value.
var oddValues = []string{
	`0`, `-1`, `7`, `1700000000000`, `9223372036854775807`, `9223372036854775808`, `-0`, `01`, `1.5`, `1e3`, `null`, `true`,
	`""`, `"x"`, `"a\u0062\\\"\n"`, `"\ud800"`, `"é"`, `[]`, `{}`, `[1,2]`, `[null]`, `{"a":[{"b":1},[]]}`, `tru`, `"`,
}

var keyOf = regexp.MustCompile(`"(?:[^"\\]|\\.)*"\s*:`)

// A member is a key and its value in a line.
type member struct{ key, value, end int }

// members are those of all objects in a line, as far as they can be read.
func members(line []byte) (found []member) {
	for _, at := range keyOf.FindAllIndex(line, -1) {
		d := jsontext.NewDecoder(bytes.NewReader(line[at[1]:]), DecodeOptions)
		if _, err := d.ReadValue(); err == nil {
			found = append(found, member{at[0], at[1], at[1] + int(d.InputOffset())})
		}
	}
	return found
}

// mutate changes lines of a log. A change takes four bytes: what it does, with which line,
// where in it, and with what.
func mutate(lines [][]byte, changes []byte) [][]byte {
	for ; len(changes) >= 4 && len(lines) > 0; changes = changes[4:] {
		what, at, place, with := changes[0]%12, int(changes[1])%len(lines), int(changes[2]), changes[3]
		line, odd := lines[at], oddValues[int(with)%len(oddValues)]
		replace := func(from, to int, text string) {
			lines[at] = slices.Concat(line[:from], []byte(text), line[to:])
		}
		switch what {
		case 0:
			lines = slices.Delete(lines, at, at+1)
			continue
		case 1:
			lines = slices.Insert(lines, at, line)
			continue
		case 2:
			other := int(with) % len(lines)
			lines[at], lines[other] = lines[other], line
			continue
		case 3:
			lines[at] = line[:len(line)*place/256]
			continue
		case 4:
			lines[at] = slices.Concat(line, lines[int(with)%len(lines)])
			continue
		}
		all := members(line)
		if len(all) == 0 {
			continue
		}
		m := all[place*len(all)/256]
		switch what {
		case 5: // without the member
			if m.end < len(line) && line[m.end] == ',' {
				replace(m.key, m.end+1, "")
			} else if line[m.key-1] == ',' {
				replace(m.key-1, m.end, "")
			} else {
				replace(m.key, m.end, "")
			}
		case 6:
			replace(m.value, m.end, odd)
		case 7: // the value of another one
			o := all[int(with)*len(all)/256]
			replace(m.value, m.end, string(line[o.value:o.end]))
		case 8: // one more
			replace(m.key, m.key, `"more":`+odd+`,`)
		case 9:
			replace(m.value, m.value, " \t")
		case 10: // the key again, of which the last counts
			if c := line[m.value]; c != '{' && c != '[' {
				replace(m.end, m.end, `,`+string(line[m.key:m.value])+`7`)
			}
		case 11: // a list with its first element more often, or with one more
			if line[m.value] != '[' {
				continue
			}
			d := jsontext.NewDecoder(bytes.NewReader(line[m.value+1:]), DecodeOptions)
			if first, err := d.ReadValue(); err == nil {
				replace(m.value+1, m.value+1, string(bytes.Repeat(append(first.Clone(), ','), 1+int(with)%4)))
			} else if m.end == m.value+2 {
				replace(m.value+1, m.value+1, odd)
			}
		}
	}
	return lines
}

// Whatever becomes of the events of a log, package scan and a JSON library make the same
// application of them.
func FuzzReadAgreesWithTheLibrary(f *testing.F) {
	var lines [][]byte
	for line := range bytes.Lines([]byte(recordingText(f, "reuse-ess3.zstd"))) {
		if line = bytes.TrimSuffix(line, []byte("\n")); len(line) < 8000 && len(lines) < 40 || bytes.Contains(line, []byte("ApplicationEnd")) {
			lines = append(lines, line)
		}
	}
	for what := range byte(12) {
		var changes []byte
		for i := range byte(24) {
			changes = append(changes, what, 7*i, 11*i+what, i)
		}
		f.Add(changes)
		f.Add(changes[:8])
	}
	random := rand.New(rand.NewPCG(1, 1))
	for range 300 {
		changes := make([]byte, 4*(1+random.IntN(30)))
		for i := range changes {
			changes[i] = byte(random.Uint32())
		}
		f.Add(changes)
	}
	decode := slow.Decode(func(line []byte, into any) error { return json.Unmarshal(line, into, DecodeOptions) })
	f.Fuzz(func(t *testing.T, changes []byte) {
		if len(changes) > 400 {
			return
		}
		text := bytes.Join(mutate(slices.Clone(lines), changes), []byte("\n"))
		log := &Log{Path: "log", Parts: []Part{{Name: "log", Open: func() (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(text)), nil }}}}
		fast, fastErr := Read(log)
		other := *log
		other.Decode = func(line []byte, event any) error {
			if decode.Event(line, event) != nil {
				return scan.FaultOf(line)
			}
			return nil
		}
		with, withErr := Read(&other)
		if (fastErr == nil) != (withErr == nil) {
			t.Fatalf("%v; with the library: %v\n%s", fastErr, withErr, text)
		}
		if fastErr != nil {
			var one, two *traces.LogError
			if !errors.As(fastErr, &one) || !errors.As(withErr, &two) || one.Line != two.Line || one.Log.BadLines != two.Log.BadLines {
				t.Fatalf("%v; with the library: %v\n%s", fastErr, withErr, text)
			}
			return
		}
		// Both say that a line is wrong; what is wrong with it they may find in another order.
		if diff := cmp.Diff(fast, with, cmpopts.EquateEmpty(), cmpopts.IgnoreFields(traces.Log{}, "Problems")); diff != "" {
			t.Fatalf("with the library (+) it differs:\n%s\n%s", diff, text)
		}
	})
}
