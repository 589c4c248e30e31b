package traces

import (
	"slices"
	"strconv"
	"time"

	"dynalloc/internal/spec"
)

// textFields reads or writes the key=value words of one line of the text form, so that
// both directions share one list of keys. A word is left out if its value is otherwise.
type textFields interface {
	text(key string, value *string, otherwise string)
	number(key string, value *int, otherwise int)
	memory(key string, value *int64, otherwise int64) // MiB
	duration(key string, value *time.Duration)        // otherwise 0
	flag(key string, value *bool, otherwise bool)
}

// applicationFields are the words of an app line. An executor that is read without its
// overhead, or written with this one, has that of Spark's rule.
func applicationFields(f textFields, a *Application, overhead int64) {
	f.text("name", &a.Name, a.ID)
	f.text("class", &a.Class, Class(a.Name))
	f.duration("submit", &a.Submit)
	f.duration("setup", &a.Setup)
	f.duration("earlier", &a.EarlierAttempts)
	profileFields(f, &a.Profiles[0], overhead)
	f.text("user", &a.User, "")
	f.text("queue", &a.Queue, "")
	f.text("attempt", &a.Attempt, "")
	f.text("spark", &a.SparkVersion, "")
	f.text("master", &a.Master, "")
	f.number("local", &a.LocalCores, 0)
	f.flag("barriers", &a.DynamicBarriers, false)
}

func profileFields(f textFields, p *Profile, overhead int64) {
	f.number("cores", &p.Cores, 1)
	f.memory("memory", &p.MemoryMB, 1024)
	f.memory("overhead", &p.OverheadMB, overhead)
	f.number("cpus", &p.TaskCPUs, 1)
	f.number("slots", &p.Limit, 0)
}

func jobFields(f textFields, j *Job, number int) {
	f.number("id", &j.ID, number)
	cueFields(f, &j.Cue, number)
	f.text("pool", &j.Pool, "")
	f.text("group", &j.Group, "")
	f.text("execution", &j.Execution, "")
	f.text("description", &j.Description, "")
	f.text("stream", &j.Stream, "")
	f.text("batch", &j.Batch, "")
	f.flag("failed", &j.Failed, false)
	f.number("barrier", &j.BarrierSlots, 0)
	f.duration("tail", &j.Tail)
}

// endFields has when the driver stops.
func endFields(f textFields, a *Application) {
	f.duration("gap", &a.Tail)
	f.duration("at", &a.Until)
}

// cueFields has what follows the latest of some jobs unless it says after.
func cueFields(f textFields, c *Cue, jobs int) {
	f.number("after", &c.After, jobs-1)
	f.duration("at", &c.At)
	f.duration("gap", &c.Gap)
}

func lossFields(f textFields, l *Loss) {
	f.duration("after", &l.After)
	f.number("executor", &l.Executor, 0)
	f.flag("host", &l.Host, false)
}

func exclusionFields(f textFields, x *Exclusions) {
	f.number("executors", &x.Executors, 0)
	f.number("hosts", &x.Hosts, 0)
	f.duration("time", &x.Time)
}

// appProperties are the Spark properties that have a key of their own on an app line.
// Without the key, a property has its first value.
var appProperties = []struct {
	key, property string
	values        []string
}{
	{"mode", "spark.scheduler.mode", []string{"FIFO", "FAIR"}},
	{"speculation", "spark.speculation", []string{"false", "true"}},
}

// unset is the value of such a key if the property is not set.
const unset = "unset"

// onAppLine reports whether a property with this value has a key on an app line.
func onAppLine(property, value string) bool {
	for _, p := range appProperties {
		if p.property == property {
			return slices.Contains(p.values, value)
		}
	}
	return false
}

// A fieldReader reads the words of a line.
type fieldReader struct{ *spec.Decoder }

func (d fieldReader) text(key string, v *string, otherwise string) { *v = d.String(key, otherwise) }
func (d fieldReader) number(key string, v *int, otherwise int)     { *v = d.Int(key, otherwise) }
func (d fieldReader) memory(key string, v *int64, otherwise int64) { *v = d.MiB(key, otherwise) }
func (d fieldReader) duration(key string, v *time.Duration)        { *v = d.Duration(key, 0) }
func (d fieldReader) flag(key string, v *bool, otherwise bool)     { *v = d.Bool(key, otherwise) }

// A fieldWriter collects the words of a line.
type fieldWriter struct{ words []string }

func (l *fieldWriter) word(text string) { l.words = append(l.words, text) }

func (l *fieldWriter) value(key, value, otherwise string) {
	if value != otherwise {
		l.word(key + "=" + quoted(value))
	}
}

func (l *fieldWriter) text(key string, v *string, otherwise string) { l.value(key, *v, otherwise) }
func (l *fieldWriter) number(key string, v *int, otherwise int) {
	l.value(key, strconv.Itoa(*v), strconv.Itoa(otherwise))
}
func (l *fieldWriter) memory(key string, v *int64, otherwise int64) {
	l.value(key, spec.FormatMiB(*v), spec.FormatMiB(otherwise))
}
func (l *fieldWriter) duration(key string, v *time.Duration) {
	l.value(key, spec.FormatDuration(*v), "0s")
}
func (l *fieldWriter) flag(key string, v *bool, otherwise bool) {
	l.value(key, strconv.FormatBool(*v), strconv.FormatBool(otherwise))
}
