package saved

import (
	"bytes"
	"encoding/binary"
	"errors"
	"hash/crc32"
	"io"
	"reflect"
	"slices"

	"dynalloc/traces"
)

// A Key is the identity of what a workload was read from, and of what changes reading: a
// SHA-256.
type Key [32]byte

// A file has a head, a workload, and the CRC-32C of both. The head says what the file is:
// magic, then the version of this form, the identity of the program that wrote it, and the
// key of what was read.
const (
	magic = "dynalloc workload\n"
	// form is the version of the form that this package writes.
	form     = 1
	headSize = len(magic) + 4 + len(Key{}) + len(Key{})
	sumSize  = 4
)

// Why a file is not used.
var (
	errNotSaved = errors.New("it is no saved workload")
	errDamaged  = errors.New("its checksum is wrong")
	errOther    = errors.New("it was saved from another input")
	errOlder    = errors.New("another version of the program saved it")
)

// head is the beginning of a file.
func head(program, of Key) []byte {
	b := binary.LittleEndian.AppendUint32([]byte(magic), form)
	return append(append(b, program[:]...), of[:]...)
}

// write saves a workload that a program read.
func write(out io.Writer, program, of Key, w *traces.Workload) error {
	e := encoder{out: out, bytes: head(program, of), texts: map[string]uint64{}}
	workloadValue.write(&e, reflect.ValueOf(w).Elem())
	e.flush()
	e.bytes = binary.LittleEndian.AppendUint32(e.bytes, e.sum)
	e.flush()
	return e.err
}

// read is the workload that is saved in a file. The file must not change later: the workload
// has parts of it. Nothing of a file is believed before its checksum is right.
func read(file []byte, program, of Key) (*traces.Workload, error) {
	if !bytes.HasPrefix(file, []byte(magic)) {
		return nil, errNotSaved
	}
	if len(file) < headSize+sumSize {
		return nil, errDamaged
	}
	content, sum := file[:len(file)-sumSize], file[len(file)-sumSize:]
	if crc32.Checksum(content, castagnoli) != binary.LittleEndian.Uint32(sum) {
		return nil, errDamaged
	}
	if want := head(program, of); !slices.Equal(content[:headSize], want) {
		if !slices.Equal(content[:headSize-len(of)], want[:headSize-len(of)]) {
			return nil, errOlder
		}
		return nil, errOther
	}
	w := &traces.Workload{}
	d := decoder{bytes: content[headSize:]}
	workloadValue.read(&d, reflect.ValueOf(w).Elem())
	if d.err == nil && len(d.bytes) > 0 {
		d.err = errForm
	}
	if d.err != nil {
		return nil, d.err
	}
	return w, nil
}
