package eventlog

import (
	"errors"
	"fmt"
	"io"

	"dynalloc/traces"
)

// Read reads an event log whole and makes an application of it. The error
// is a *LogError if none can be made.
func Read(log *Log) (*traces.Application, error) {
	a := newAssembler(log)
	lines := NewLines(log)
	defer lines.Close()
	for {
		event, err := lines.Next()
		if err == io.EOF {
			break
		}
		a.lines++
		a.flushBadLine()
		if err == nil && event.Line != nil {
			err = a.take(event)
		}
		if err != nil {
			a.badLine(lines.number, lines.where(lines.part, lines.number), err)
		}
	}
	for _, fault := range lines.faults {
		a.fault(lines, fault)
	}
	return a.finish()
}

// fault records a part that could not be read to its end.
func (a *assembler) fault(lines *Lines, f partFault) {
	last := f.part == len(a.source.Parts)-1
	name := base(a.source.Parts[f.part].Name)
	switch {
	case errors.Is(f.err, io.ErrUnexpectedEOF) && last && !a.ended:
		a.note(traces.Cut, "%s is cut short after %s: what was there is used", name, lines.where(f.part, f.line))
	case errors.Is(f.err, io.ErrUnexpectedEOF):
		a.note(traces.Lossy, "%s is cut short after %s: the events after it are missing", name, lines.where(f.part, f.line))
	case f.line == 0:
		a.note(traces.Lossy, "%s could not be read: %v", name, f.err)
	default:
		a.note(traces.Lossy, "%s could not be read beyond %s: %v", name, lines.where(f.part, f.line), f.err)
	}
}

// take takes in one line. Events that a workload does not need are checked for
// being whole, not decoded.
func (a *assembler) take(e Event) error {
	if take := needed[string(e.Name)]; take != nil {
		return take(a, e.Line)
	}
	s := scanner{line: e.Line}
	s.skip()
	s.end()
	return s.err
}

// needed are the events of which a workload has a use.
var needed = map[string]func(a *assembler, line []byte) error{
	"SparkListenerTaskStart":            byScanner((*assembler).taskStart),
	"SparkListenerTaskEnd":              byScanner((*assembler).taskEnd),
	"SparkListenerStageSubmitted":       byLibrary((*assembler).stageSubmitted),
	"SparkListenerStageCompleted":       byLibrary((*assembler).stageCompleted),
	"SparkListenerJobStart":             byLibrary((*assembler).jobStart),
	"SparkListenerJobEnd":               byLibrary((*assembler).jobEnd),
	"SparkListenerExecutorAdded":        byLibrary((*assembler).executorAdded),
	"SparkListenerExecutorRemoved":      byLibrary((*assembler).executorRemoved),
	"SparkListenerBlockManagerAdded":    byLibrary((*assembler).blockManagerAdded),
	"SparkListenerBlockManagerRemoved":  byLibrary((*assembler).blockManagerRemoved),
	"SparkListenerUnpersistRDD":         byLibrary((*assembler).unpersist),
	"SparkListenerResourceProfileAdded": byLibrary((*assembler).resourceProfileAdded),
	"SparkListenerEnvironmentUpdate":    byLibrary((*assembler).environmentUpdate),
	"SparkListenerApplicationStart":     byLibrary((*assembler).applicationStart),
	"SparkListenerApplicationEnd":       byLibrary((*assembler).applicationEnd),
	"SparkListenerLogStart":             byLibrary((*assembler).logStart),
	"DBCEventLoggingListenerMetadata":   byLibrary((*assembler).logStart), // Databricks' instead
}

// byLibrary takes in a line by the JSON library.
func byLibrary[T any](handle func(*assembler, *T) error) func(*assembler, []byte) error {
	return func(a *assembler, line []byte) error {
		event, err := decode[T](line)
		if err != nil {
			return err
		}
		return handle(a, &event)
	}
}

// byScanner takes in a line by the scanner for tasks.
func byScanner(handle func(*assembler, *taskEvent) error) func(*assembler, []byte) error {
	return func(a *assembler, line []byte) error {
		a.scan = scanner{line: line, own: a.scan.own}
		if err := a.task.readTask(&a.scan, a.names); err != nil {
			return err
		}
		return handle(a, &a.task)
	}
}

// checkID refuses an id that Spark cannot have written.
func checkID(what string, id int64) error {
	if id < 0 || id > traces.MaxID {
		return fmt.Errorf("%s %d is out of range", what, id)
	}
	return nil
}
