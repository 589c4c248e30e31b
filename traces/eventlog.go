package traces

import (
	"errors"
	"fmt"
	"io"
)

// readLog reads an event log whole and makes an application of it. The error
// is a *LogError if none can be made.
func readLog(source *logSource) (*Application, error) {
	a := newAssembler(source)
	lines := newLineReader(source)
	defer lines.close()
	for {
		line, err := lines.next()
		if err == io.EOF {
			break
		}
		if err == nil && blank(line) {
			continue
		}
		a.lines++
		a.flushBadLine()
		if err == nil {
			err = a.line(line)
		}
		if err != nil && err != errUnneeded {
			a.badLine(lines.number, lines.where(lines.part, lines.number), err)
		}
	}
	for _, fault := range lines.faults {
		a.fault(lines, fault)
	}
	return a.finish()
}

// fault records a part that could not be read to its end.
func (a *assembler) fault(lines *lineReader, f partFault) {
	last := f.part == len(a.source.Parts)-1
	name := base(a.source.Parts[f.part].Name)
	switch {
	case errors.Is(f.err, io.ErrUnexpectedEOF) && last && !a.ended:
		a.note(Cut, "%s is cut short after %s: what was there is used", name, lines.where(f.part, f.line))
	case errors.Is(f.err, io.ErrUnexpectedEOF):
		a.note(Lossy, "%s is cut short after %s: the events after it are missing", name, lines.where(f.part, f.line))
	case f.line == 0:
		a.note(Lossy, "%s could not be read: %v", name, f.err)
	default:
		a.note(Lossy, "%s could not be read beyond %s: %v", name, lines.where(f.part, f.line), f.err)
	}
}

func blank(line []byte) bool {
	for _, c := range line {
		if c != ' ' && c != '\t' && c != '\r' {
			return false
		}
	}
	return true
}

// line takes in one line. Events that a workload does not need are checked for
// being whole, not decoded.
func (a *assembler) line(line []byte) error {
	name, err := eventName(line)
	if err != nil {
		return err
	}
	if take := needed[string(name)]; take != nil {
		return take(a, line)
	}
	s := scanner{line: line}
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
		if err := a.event.readTask(&a.scan, a.names); err != nil {
			return err
		}
		return handle(a, &a.event)
	}
}

// maxID bounds the ids of jobs, stages and partitions: Spark counts in 32 bits.
const maxID = 1<<31 - 1

// checkID refuses an id that Spark cannot have written.
func checkID(what string, id int64) error {
	if id < 0 || id > maxID {
		return fmt.Errorf("%s %d is out of range", what, id)
	}
	return nil
}
