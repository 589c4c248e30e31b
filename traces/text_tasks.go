package traces

import (
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"

	"dynalloc/internal/spec"
)

// parseTasks reads "12x10s,1x60s", with further parts of a task after its run time.
func parseTasks(text string) (*Packed, error) {
	var tasks Packer
	for group := range strings.SplitSeq(text, ",") {
		group, place, placed := strings.Cut(group, "@")
		task := Task{Host: -1}
		if placed && !task.parsePlace(place) {
			return nil, fmt.Errorf("tasks=%s: expected the number of a host after @, such as 4x10s@1", brief(text))
		}
		count, each, ok := strings.Cut(group, "x")
		n, err := strconv.Atoi(count)
		words := strings.Split(each, "/")
		d, err2 := spec.ParseTime(words[0], time.Second)
		if !ok || err != nil || err2 != nil || n < 1 || n > MaxTasks-tasks.Size() || d < 0 || d > MaxTask {
			return nil, fmt.Errorf("tasks=%s: expected COUNTxDURATION[,...], such as 12x10s", brief(text))
		}
		task.Run = int32(d.Milliseconds())
		for _, word := range words[1:] {
			if !task.parsePart(word) {
				return nil, fmt.Errorf("tasks=%s: expected a part of a task after /, such as /d200 or /cold, found %q", brief(text), word)
			}
		}
		tasks.Add(&task, n)
	}
	return tasks.Packed(), nil
}

var localityNames = [...]string{UnknownLocality: "unknown", ProcessLocal: "process", NodeLocal: "node", NoPref: "nopref", RackLocal: "rack", AnyLocality: "any"}

// parsePlace reads where a task ran and how near to its data: "1", a preferred host, or
// "1:any".
func (t *Task) parsePlace(text string) bool {
	host, level, hasLevel := strings.Cut(text, ":")
	n, err := strconv.ParseInt(host, 10, 16)
	locality := int(NodeLocal)
	if hasLevel {
		locality = slices.Index(localityNames[:], level)
	}
	if err != nil || n < -1 || n < 0 && !hasLevel || locality < 0 {
		return false
	}
	t.Host, t.Locality = int16(n), Locality(locality)
	return true
}

// A taskPart is a part of a task besides its run time, and its word in the text form: a
// flag by its word alone, a number with its value after the word.
type taskPart struct {
	word  string
	value any // *bool, *uint8, *int32 or *int64
}

// parts are the parts of a task, in the order in which they are written: times in ms,
// shuffle bytes, marks of first tasks, and the number of contenders.
func (t *Task) parts() []taskPart {
	return []taskPart{
		{"d", &t.Deserialize}, {"r", &t.Result}, {"s", &t.Scheduler}, {"g", &t.GettingResult}, {"o", &t.OriginalRun},
		{"in", &t.Read}, {"out", &t.Write},
		{"cold", &t.Cold}, {"first", &t.First}, {"firstread", &t.FirstRead}, {"again", &t.Recomputed},
		{"b", &t.Contenders},
	}
}

// parsePart reads one of the parts that follow a task's run time.
func (t *Task) parsePart(text string) bool {
	word := strings.TrimRight(text, "0123456789")
	n, err := strconv.ParseInt(text[len(word):], 10, 64)
	for _, p := range t.parts() {
		if p.word != word {
			continue
		}
		switch v := p.value.(type) {
		case *bool:
			*v = word == text
			return *v
		case *uint8:
			*v = uint8(n)
			return err == nil && n <= math.MaxUint8
		case *int32:
			*v = int32(n)
			return err == nil && n <= math.MaxInt32
		case *int64:
			*v = n
			return err == nil
		}
	}
	return false
}

// textTasks writes tasks, equal neighbors together.
func textTasks(s *Stage) string {
	var groups []string
	var last Task
	n := 0
	flush := func() {
		if n > 0 {
			groups = append(groups, fmt.Sprintf("%dx%s", n, textTask(last)))
		}
	}
	for _, t := range s.All() {
		if *t != last {
			flush()
			last, n = *t, 0
		}
		n++
	}
	flush()
	return strings.Join(groups, ",")
}

// textTask writes a task: its run time, the parts that are not 0, and its place.
func textTask(t Task) string {
	text := spec.FormatDuration(time.Duration(t.Run) * time.Millisecond)
	for _, p := range t.parts() {
		var n int64
		switch v := p.value.(type) {
		case *bool:
			if *v {
				text += "/" + p.word
			}
		case *uint8:
			n = int64(*v)
		case *int32:
			n = int64(*v)
		case *int64:
			n = *v
		}
		if n != 0 {
			text += "/" + p.word + strconv.FormatInt(n, 10)
		}
	}
	switch {
	case t.Host >= 0 && t.Locality == NodeLocal:
		text += "@" + strconv.Itoa(int(t.Host))
	case t.Host >= 0 || t.Locality != UnknownLocality:
		text += fmt.Sprintf("@%d:%s", t.Host, localityNames[t.Locality])
	}
	return text
}
