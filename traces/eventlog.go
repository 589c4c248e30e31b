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
		if err != nil {
			a.badLine(lines.where(lines.part, lines.number), err)
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
	switch string(name) {
	case "SparkListenerTaskEnd":
		return a.task(line, a.taskEnd)
	case "SparkListenerTaskStart":
		return a.task(line, a.taskStart)
	case "SparkListenerJobStart":
		return take(line, a.jobStart)
	case "SparkListenerJobEnd":
		return take(line, a.jobEnd)
	case "SparkListenerStageSubmitted":
		return take(line, a.stageSubmitted)
	case "SparkListenerStageCompleted":
		return take(line, a.stageCompleted)
	case "SparkListenerExecutorAdded":
		return take(line, a.executorAdded)
	case "SparkListenerExecutorRemoved":
		return take(line, a.executorRemoved)
	case "SparkListenerBlockManagerAdded":
		return take(line, a.blockManagerAdded)
	case "SparkListenerBlockManagerRemoved":
		return take(line, a.blockManagerRemoved)
	case "SparkListenerUnpersistRDD":
		return take(line, a.unpersist)
	case "SparkListenerResourceProfileAdded":
		return take(line, a.resourceProfileAdded)
	case "SparkListenerEnvironmentUpdate":
		return take(line, a.environmentUpdate)
	case "SparkListenerApplicationStart":
		return take(line, a.applicationStart)
	case "SparkListenerApplicationEnd":
		return take(line, a.applicationEnd)
	case "SparkListenerLogStart", "DBCEventLoggingListenerMetadata":
		return take(line, a.logStart)
	}
	s := scanner{line: line}
	s.skip()
	s.end()
	return s.err
}

// take decodes a line and hands it to the method that knows what to do with it.
func take[T any](line []byte, handle func(*T) error) error {
	event, err := decode[T](line)
	if err != nil {
		return err
	}
	return handle(&event)
}

func (a *assembler) task(line []byte, handle func(*taskEvent) error) error {
	a.scan = scanner{line: line, own: a.scan.own}
	if err := a.event.readTask(&a.scan, a.names); err != nil {
		return err
	}
	return handle(&a.event)
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
