package source

import (
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"
	"hash"
	"io"
	"path"
	"sync/atomic"
	"time"

	"dynalloc/traces"
	"dynalloc/traces/eventlog"
	"dynalloc/traces/formats"
	"dynalloc/traces/saved"
)

// readLog reads a log, or loads what was saved of an equal one.
func (l *Logs) readLog(log *eventlog.Log) (*traces.Application, error) {
	defer l.time(log.Path, time.Now())
	if l.Cache == nil {
		return eventlog.Read(log)
	}
	var failed atomic.Bool
	read := *log
	read.Parts = nil
	for _, p := range log.Parts {
		p.Open = noticing(p.Open, &failed)
		read.Parts = append(read.Parts, p)
	}
	w, err := l.cached(&failed, func() (saved.Key, error) { return l.keyOfLog(log) }, func() (*traces.Workload, error) {
		app, err := eventlog.Read(&read)
		return &traces.Workload{Apps: []*traces.Application{app}}, err
	})
	if err != nil {
		return nil, err
	}
	w.Apps[0].Path = log.Path // an equal log may have been elsewhere
	return w.Apps[0], nil
}

// readFile is readLog for a file of a foreign format.
func (l *Logs) readFile(t *table) (*traces.Workload, error) {
	defer l.time(t.path, time.Now())
	if l.Cache == nil {
		return formats.Read(t.format, t.path, t.open)
	}
	var failed atomic.Bool
	return l.cached(&failed, func() (saved.Key, error) {
		k := newIdentity("table", t.format.Name(), t.path) // its notes name the path
		err := k.addContent(t.stored, l.stopped)
		return k.key(), err
	}, func() (*traces.Workload, error) {
		return formats.Read(t.format, t.path, noticing(t.open, &failed))
	})
}

func (l *Logs) time(path string, began time.Time) {
	if l.Took != nil {
		l.Took(path, time.Since(began))
	}
}

// cached loads the workload that was saved for a key, or else reads and saves it. What was
// read is saved only if the content was the same before and after, nothing ended reading
// early, and nothing failed that is not in the content, such as a disk: it may not fail the
// next time.
func (l *Logs) cached(failed *atomic.Bool, key func() (saved.Key, error), read func() (*traces.Workload, error)) (*traces.Workload, error) {
	of, unknown := key()
	if unknown == nil {
		if w := l.Cache.Load(of); w != nil {
			return w, nil
		}
	}
	w, err := read()
	if err != nil || unknown != nil || failed.Load() || l.stopped() != nil {
		return w, err
	}
	if now, err := key(); err == nil && now == of {
		l.Cache.Save(of, w)
	}
	return w, nil
}

// keyOfLog is the identity of all that decides what is read of a log: the content of its
// parts and how they were arranged. The folder that it is in does not count, but for the
// notes that name it.
func (l *Logs) keyOfLog(log *eventlog.Log) (saved.Key, error) {
	k := newIdentity("log", string(log.Arrivals), log.Version, path.Base(log.Path),
		fmt.Sprint(log.Compacted, log.InProgress, log.Databricks, log.Incomplete))
	for _, p := range log.Problems {
		k.add("problem", p.String())
	}
	for i := range log.Parts {
		p := &log.Parts[i]
		k.add("part", path.Base(p.Name)) // problems name it, and its end can tell the codec
		if err := k.addContent(p.Stored, l.stopped); err != nil {
			return saved.Key{}, err
		}
	}
	return k.key(), nil
}

// An identity collects what a key is made of.
type identity struct{ hash.Hash }

func newIdentity(texts ...string) identity {
	k := identity{sha256.New()}
	k.add(texts...)
	return k
}

// add adds texts with their lengths, so that no two lists of texts are the same.
func (k identity) add(texts ...string) {
	for _, text := range texts {
		k.Write(binary.LittleEndian.AppendUint64(nil, uint64(len(text))))
		io.WriteString(k, text)
	}
}

// addContent adds the content of a file, as it is stored. To know it, all of the file is
// read: its size and time may stay while its content changes.
func (k identity) addContent(open func() (io.ReadCloser, error), stopped func() error) error {
	r, err := open()
	if err != nil {
		return err
	}
	defer r.Close()
	content := sha256.New()
	if _, err := io.Copy(content, &stoppable{r, stopped}); err != nil {
		return err
	}
	k.Write(content.Sum(nil))
	return nil
}

func (k identity) key() (of saved.Key) {
	k.Sum(of[:0])
	return of
}

// noticing opens the same text as open, and notices if it ends with an error that is not in
// the content of the file.
func noticing(open func() (io.ReadCloser, error), failed *atomic.Bool) func() (io.ReadCloser, error) {
	notice := func(err error) {
		if err != nil && err != io.EOF && !errors.Is(err, io.ErrUnexpectedEOF) && !errors.Is(err, errCorrupt) {
			failed.Store(true)
		}
	}
	return func() (io.ReadCloser, error) {
		r, err := open()
		if notice(err); err != nil {
			return nil, err
		}
		return &noticed{r, notice}, nil
	}
}

type noticed struct {
	io.ReadCloser
	notice func(error)
}

func (r *noticed) Read(p []byte) (int, error) {
	n, err := r.ReadCloser.Read(p)
	r.notice(err)
	return n, err
}
