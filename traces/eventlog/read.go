package eventlog

import (
	"cmp"
	"errors"
	"fmt"
	"io"

	"dynalloc/traces"
	"dynalloc/traces/eventlog/excluded"
	"dynalloc/traces/eventlog/lines"
	"dynalloc/traces/eventlog/scan"
)

// Read reads an event log to its end and makes an application of it. Its Submit is
// 0: only the other applications of a workload give it an offset. The error is a
// *traces.LogError if no application can be made.
func Read(log *Log) (*traces.Application, error) {
	return newAssembler(log).read()
}

func (a *assembler) read() (*traces.Application, error) {
	defer a.scan.Put()
	r := NewLines(a.log)
	defer r.Close()
	for {
		event, err := r.Next()
		if err == io.EOF {
			break
		}
		a.lines++
		a.flushBadLine()
		if err == nil && event.Line != nil {
			err = a.take(event)
		}
		if err != nil {
			a.badLine(base(a.log.Parts[r.Part].Name), r.Number, err)
		}
	}
	for _, f := range r.Faults {
		a.partFault(f)
	}
	return a.finish()
}

// partFault records a part that could not be read to its end. Nothing is lost but
// the end of the application if the last part is cut before ApplicationEnd.
func (a *assembler) partFault(f lines.Fault) {
	name := base(a.log.Parts[f.Part].Name)
	a.damage = cmp.Or(a.damage, fmt.Errorf("%s is damaged after line %d: %w", name, f.Line, f.Err))
	switch cut := errors.Is(f.Err, io.ErrUnexpectedEOF); {
	case cut && f.Part == len(a.log.Parts)-1 && !a.ended:
		a.note(traces.Cut, partCut.With(name, f.Line))
	case cut:
		a.note(traces.Lossy, partCutInside.With(name, f.Line))
	case f.Line == 0:
		a.note(traces.Lossy, partUnreadable.With(name, f.Err))
	default:
		a.note(traces.Lossy, partDamaged.With(name, f.Line, f.Err))
	}
}

// take adds one event to the application. An event that a workload does not need
// is not decoded, but checked for being whole: the line may hide another event.
func (a *assembler) take(e lines.Event) error {
	if take := needed[string(e.Name)]; take != nil {
		return take(a, e.Line)
	}
	if does := excluded.EffectOf(e.Name); does != excluded.None {
		return optional(func(a *assembler, x *excluded.Event) {
			if a.see(x.Time) {
				a.excluded.Take(does, x)
			}
		})(a, e.Line)
	}
	s := scan.Scanner{Line: e.Line}
	s.Skip()
	s.End()
	return s.Err
}

// needed has the events that a workload needs, and what takes each.
var needed = map[string]func(a *assembler, line []byte) error{
	"SparkListenerTaskStart":            scanned(scan.TaskStarts, (*assembler).taskStart),
	"SparkListenerTaskEnd":              scanned(scan.TaskEnds, (*assembler).taskEnd),
	"SparkListenerStageSubmitted":       scanned(scan.StagesSubmitted, (*assembler).stageSubmitted),
	"SparkListenerStageCompleted":       scanned(scan.StagesCompleted, (*assembler).stageCompleted),
	"SparkListenerJobStart":             scanned(scan.JobStarts, (*assembler).jobStart),
	"SparkListenerJobEnd":               scanned(scan.JobEnds, (*assembler).jobEnd),
	"SparkListenerExecutorAdded":        scanned(scan.ExecutorsAdded, (*assembler).executorAdded),
	"SparkListenerExecutorRemoved":      scanned(scan.ExecutorsRemoved, (*assembler).executorRemoved),
	"SparkListenerBlockManagerAdded":    scanned(scan.BlockManagers, (*assembler).blockManagerAdded),
	"SparkListenerBlockManagerRemoved":  scanned(scan.BlockManagers, (*assembler).blockManagerRemoved),
	"SparkListenerUnpersistRDD":         scanned(scan.Unpersists, (*assembler).unpersist),
	"SparkListenerResourceProfileAdded": decoded((*assembler).resourceProfileAdded),
	"SparkListenerEnvironmentUpdate":    scanned(scan.EnvironmentUpdates, (*assembler).environmentUpdate),
	"SparkListenerApplicationStart":     scanned(scan.ApplicationStarts, (*assembler).applicationStart),
	"SparkListenerApplicationEnd":       scanned(scan.TimedEvents, (*assembler).applicationEnd),
	"SparkListenerLogStart":             scanned(scan.LogStarts, (*assembler).logStart),

	"org.apache.spark.sql.streaming.StreamingQueryListener$QueryProgressEvent":          optional((*assembler).queryProgress),
	"org.apache.spark.sql.streaming.StreamingQueryListener$QueryTerminatedEvent":        optional((*assembler).queryTerminated),
	"org.apache.spark.sql.hive.thriftserver.ui.SparkListenerThriftServerOperationStart": optional((*assembler).thriftOperation),

	"DBCEventLoggingListenerMetadata": scanned(scan.LogStarts, (*assembler).logStart), // Databricks writes it instead
}

// decoded takes a line by way of the JSON library.
func decoded[T any](take func(*assembler, *T) error) func(*assembler, []byte) error {
	return func(a *assembler, line []byte) error {
		event, err := decode[T](line)
		if err != nil {
			return err
		}
		return take(a, &event)
	}
}

// optional takes a line that a library beside Spark's core wrote, whose form differs
// between versions: one that has another form says nothing.
func optional[T any](take func(*assembler, *T)) func(*assembler, []byte) error {
	return func(a *assembler, line []byte) error {
		event, err := decode[T](line)
		if err == nil {
			take(a, &event)
		} else if errors.Is(err, scan.ErrWrongType) {
			err = nil
		}
		return err
	}
}

// scanned takes a line by way of the scanner. What is wrong with a task's line is said as it
// was found; of other lines it is said first if they are not well-formed.
func scanned[T any](reader func(*scan.Decoder) *scan.Reader[T], take func(*assembler, *T) error) func(*assembler, []byte) error {
	return func(a *assembler, line []byte) error {
		event, err := reader(a.scan).Read(a.scan, line)
		if err == nil {
			return take(a, event)
		}
		if _, task := any(event).(*scan.TaskEvent); !task {
			err = scan.FaultOf(line)
		}
		return err
	}
}

// checkID refuses an id that Spark cannot have written.
func checkID(what string, id int64) error {
	if id < 0 || id > traces.MaxID {
		return fmt.Errorf("%s %d is out of range", what, id)
	}
	return nil
}

// bounded brings a count or an id that only describes something into Spark's range.
func bounded(n int64) int { return int(min(max(n, 0), traces.MaxID)) }
