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

// parseTasks reads "12x10s,1x60s", and after each time what else is known of
// the task.
func parseTasks(text string) ([]Task, error) {
	var tasks []Task
	for group := range strings.SplitSeq(text, ",") {
		group, place, placed := strings.Cut(group, "@")
		task := Task{Host: -1}
		if placed && !task.parsePlace(place) {
			return nil, fmt.Errorf("tasks=%s: expected the number of a host after @, such as 4x10s@1", brief(text))
		}
		count, each, ok := strings.Cut(group, "x")
		n, err := strconv.Atoi(count)
		words := strings.Split(each, "/")
		d, err2 := spec.ParseDuration(words[0], time.Second)
		if !ok || err != nil || err2 != nil || n < 1 || n > MaxTasks-len(tasks) || d < 0 || d > MaxTask {
			return nil, fmt.Errorf("tasks=%s: expected COUNTxDURATION[,...], such as 12x10s", brief(text))
		}
		task.Run = int32(d.Milliseconds())
		for _, word := range words[1:] {
			if !task.parsePart(word) {
				return nil, fmt.Errorf("tasks=%s: expected a part of a task after /, such as /d200 or /cold, found %q", brief(text), word)
			}
		}
		tasks = append(tasks, slices.Repeat([]Task{task}, n)...)
	}
	return tasks, nil
}

// brief keeps a list of thousands of tasks out of an error.
func brief(text string) string {
	if len(text) > 60 {
		return text[:60] + "..."
	}
	return text
}

// parsePlace reads where a task ran and how near to its data: "1", a host that
// it preferred, or "1:any".
func (t *Task) parsePlace(text string) bool {
	host, level, said := strings.Cut(text, ":")
	n, err := strconv.ParseInt(host, 10, 16)
	locality := int(NodeLocal)
	if said {
		locality = slices.Index(localityNames[:], level)
	}
	if err != nil || n < -1 || n < 0 && !said || locality < 0 {
		return false
	}
	t.Host, t.Locality = int16(n), Locality(locality)
	return true
}

// parsePart reads one of the parts that follow a task's run time.
func (t *Task) parsePart(word string) bool {
	for _, m := range t.marks() {
		if word == m.letter {
			*m.value = true
			return true
		}
	}
	letter := strings.TrimRight(word, "0123456789")
	n, err := strconv.ParseInt(word[len(letter):], 10, 64)
	if err != nil {
		return false
	}
	for _, s := range t.sizes() {
		if letter == s.letter {
			*s.value = n
			return true
		}
	}
	for _, p := range t.parts() {
		if letter == p.letter && n <= math.MaxInt32 {
			*p.value = int32(n)
			return true
		}
	}
	if letter == "b" && n <= math.MaxUint8 {
		t.Contenders = uint8(n)
		return true
	}
	return false
}

// textTasks writes tasks, equal neighbors together.
func textTasks(tasks []Task) string {
	var groups []string
	for i := 0; i < len(tasks); {
		n := 1
		for i+n < len(tasks) && tasks[i+n] == tasks[i] {
			n++
		}
		groups = append(groups, fmt.Sprintf("%dx%s", n, textTask(&tasks[i])))
		i += n
	}
	return strings.Join(groups, ",")
}

// textTask writes a task: its run time, then what is not 0 of it, each after
// the letter that says what it is.
func textTask(t *Task) string {
	text := spec.FormatDuration(time.Duration(t.Run) * time.Millisecond)
	for _, p := range t.parts() {
		if *p.value != 0 {
			text += "/" + p.letter + strconv.FormatInt(int64(*p.value), 10)
		}
	}
	for _, p := range t.sizes() {
		if *p.value != 0 {
			text += "/" + p.letter + strconv.FormatInt(*p.value, 10)
		}
	}
	for _, p := range t.marks() {
		if *p.value {
			text += "/" + p.letter
		}
	}
	if t.Contenders != 0 {
		text += "/b" + strconv.Itoa(int(t.Contenders))
	}
	switch {
	case t.Host >= 0 && t.Locality == NodeLocal:
		text += "@" + strconv.Itoa(int(t.Host))
	case t.Host >= 0 || t.Locality != UnknownLocality:
		text += fmt.Sprintf("@%d:%s", t.Host, localityNames[t.Locality])
	}
	return text
}

var localityNames = [...]string{UnknownLocality: "unknown", ProcessLocal: "process", NodeLocal: "node", NoPref: "nopref", RackLocal: "rack", AnyLocality: "any"}

// A taskPart is a number of a task with the letter that stands for it in text.
type taskPart[T any] struct {
	letter string
	value  *T
}

// parts are the times of a task beside its run time, in milliseconds.
func (t *Task) parts() []taskPart[int32] {
	return []taskPart[int32]{{"d", &t.Deserialize}, {"r", &t.Result}, {"s", &t.Scheduler}, {"g", &t.GettingResult}, {"o", &t.OriginalRun}}
}

// sizes are its shuffle data, in bytes.
func (t *Task) sizes() []taskPart[int64] {
	return []taskPart[int64]{{"in", &t.Read}, {"out", &t.Write}}
}

// marks say which of the first tasks it was.
func (t *Task) marks() []taskPart[bool] {
	return []taskPart[bool]{{"cold", &t.Cold}, {"first", &t.First}, {"firstread", &t.FirstRead}, {"again", &t.Recomputed}}
}
