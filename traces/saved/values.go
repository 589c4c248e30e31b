package saved

import (
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"math"
	"reflect"
	"slices"
	"time"

	"dynalloc/internal/note"
	"dynalloc/traces"
)

var errForm = errors.New("its content has not the form of a workload")

// A value is how the values of one type are saved and read back.
type value struct {
	write func(e *encoder, v reflect.Value)
	read  func(d *decoder, v reflect.Value) // sets v, which is zero
}

// workloadValue is how a workload is saved, made once of its types. A type with a field that
// cannot be saved panics here, so that no field is ever left out in silence.
var workloadValue = valueOf(reflect.TypeFor[traces.Workload]())

// special are the types that are not saved field by field.
var special = map[reflect.Type]value{
	reflect.TypeFor[[]traces.Task]():         inColumns(taskColumns),
	reflect.TypeFor[[]traces.RecordedTask](): inColumns(recordedTaskColumns),
	reflect.TypeFor[*traces.Packed](): {
		func(e *encoder, v reflect.Value) {
			p := v.Interface().(*traces.Packed)
			if e.mark(p != nil) {
				e.uvarint(uint64(p.Size()))
				e.string(p.Bytes())
			}
		},
		func(d *decoder, v reflect.Value) {
			if d.mark() {
				size := d.count(math.MaxInt)
				v.Set(reflect.ValueOf(traces.PackedOf(size, d.take(d.count(len(d.bytes))))))
			}
		},
	},
	reflect.TypeFor[time.Time](): {
		func(e *encoder, v reflect.Value) {
			b, err := v.Interface().(time.Time).MarshalBinary()
			e.fail(err)
			e.string(b)
		},
		func(d *decoder, v reflect.Value) {
			d.fail(v.Addr().Interface().(*time.Time).UnmarshalBinary(d.take(d.count(len(d.bytes)))))
		},
	},
}

func valueOf(t reflect.Type) value {
	if v, ok := special[t]; ok {
		return v
	}
	switch t.Kind() {
	case reflect.Bool:
		return value{func(e *encoder, v reflect.Value) { e.mark(v.Bool()) }, func(d *decoder, v reflect.Value) { v.SetBool(d.mark()) }}
	case reflect.Int, reflect.Int64, reflect.Int32, reflect.Int16:
		return value{func(e *encoder, v reflect.Value) { e.varint(v.Int()) }, func(d *decoder, v reflect.Value) { v.SetInt(d.varint()) }}
	case reflect.Uint8:
		return value{func(e *encoder, v reflect.Value) { e.uvarint(v.Uint()) }, func(d *decoder, v reflect.Value) { v.SetUint(d.uvarint()) }}
	case reflect.Float64:
		return value{
			func(e *encoder, v reflect.Value) {
				e.bytes = binary.LittleEndian.AppendUint64(e.bytes, math.Float64bits(v.Float()))
			},
			func(d *decoder, v reflect.Value) { v.SetFloat(math.Float64frombits(d.uint64())) },
		}
	case reflect.String:
		return value{func(e *encoder, v reflect.Value) { e.text(v.String()) }, func(d *decoder, v reflect.Value) { v.SetString(d.text()) }}
	case reflect.Slice:
		return listOf(t)
	case reflect.Map:
		return mapOf(t)
	case reflect.Pointer:
		to := valueOf(t.Elem())
		return value{
			func(e *encoder, v reflect.Value) {
				if e.mark(!v.IsNil()) {
					to.write(e, v.Elem())
				}
			},
			func(d *decoder, v reflect.Value) {
				if d.mark() {
					v.Set(reflect.New(t.Elem()))
					to.read(d, v.Elem())
				}
			},
		}
	case reflect.Struct:
		return structOf(t)
	case reflect.Interface:
		if t == reflect.TypeFor[any]() {
			return value{writeArg, readArg}
		}
	}
	panic(fmt.Sprintf("saved: a value of type %v cannot be saved: add it to the types above", t))
}

func structOf(t reflect.Type) value {
	var fields []value
	for i := range t.NumField() {
		f := t.Field(i)
		if !f.IsExported() {
			panic(fmt.Sprintf("saved: the field %v.%s is not exported, so it cannot be saved", t, f.Name))
		}
		fields = append(fields, valueOf(f.Type))
	}
	return value{
		func(e *encoder, v reflect.Value) {
			for i, f := range fields {
				f.write(e, v.Field(i))
			}
		},
		func(d *decoder, v reflect.Value) {
			for i, f := range fields {
				f.read(d, v.Field(i))
			}
		},
	}
}

// listOf is a list, which may be nil. Each element takes at least a byte.
func listOf(t reflect.Type) value {
	element := valueOf(t.Elem())
	return value{
		func(e *encoder, v reflect.Value) {
			e.length(v.Len(), v.IsNil())
			for i := range v.Len() {
				element.write(e, v.Index(i))
				e.flushIfLarge()
			}
		},
		func(d *decoder, v reflect.Value) {
			n, isNil := d.length(1)
			if isNil {
				return
			}
			list := reflect.MakeSlice(t, n, n)
			for i := range n {
				if element.read(d, list.Index(i)); d.err != nil {
					return
				}
			}
			v.Set(list)
		},
	}
}

// mapOf is a map from texts to texts, by its keys in their order.
func mapOf(t reflect.Type) value {
	return value{
		func(e *encoder, v reflect.Value) {
			e.length(v.Len(), v.IsNil())
			m := v.Convert(reflect.TypeFor[map[string]string]()).Interface().(map[string]string)
			keys := make([]string, 0, len(m))
			for key := range m {
				keys = append(keys, key)
			}
			slices.Sort(keys)
			for _, key := range keys {
				e.text(key)
				e.text(m[key])
			}
		},
		func(d *decoder, v reflect.Value) {
			n, isNil := d.length(2)
			if isNil {
				return
			}
			m := make(map[string]string, n)
			for range n {
				key := d.text()
				m[key] = d.text()
			}
			v.Set(reflect.ValueOf(m).Convert(t))
		},
	}
}

// The types that an argument of a note may have, each with the number that stands for it.
var argTypes = []reflect.Type{
	reflect.TypeFor[string](), reflect.TypeFor[bool](), reflect.TypeFor[int](), reflect.TypeFor[float64](),
	reflect.TypeFor[time.Duration](), reflect.TypeFor[[]string](), reflect.TypeFor[note.Note](), reflect.TypeFor[[]note.Note](),
}

func writeArg(e *encoder, v reflect.Value) {
	if v.IsNil() {
		e.uvarint(0)
		return
	}
	i := slices.Index(argTypes, v.Elem().Type())
	if i < 0 {
		e.fail(fmt.Errorf("an argument of a note is a %v", v.Elem().Type()))
		return
	}
	e.uvarint(uint64(i + 1))
	valueOf(argTypes[i]).write(e, v.Elem())
}

func readArg(d *decoder, v reflect.Value) {
	i := d.count(len(argTypes))
	if i == 0 {
		return
	}
	arg := reflect.New(argTypes[i-1]).Elem()
	valueOf(argTypes[i-1]).read(d, arg)
	v.Set(arg)
}

// An encoder writes values. The first error stays.
type encoder struct {
	out   io.Writer
	bytes []byte // not yet written to out
	sum   uint32 // of all that was written
	texts map[string]uint64
	err   error
}

// castagnoli is the polynomial of CRC-32C, for which processors have an instruction.
var castagnoli = crc32.MakeTable(crc32.Castagnoli)

func (e *encoder) flush() {
	if e.err == nil {
		e.sum = crc32.Update(e.sum, castagnoli, e.bytes)
		_, e.err = e.out.Write(e.bytes)
	}
	e.bytes = e.bytes[:0]
}

func (e *encoder) flushIfLarge() {
	if len(e.bytes) >= 1<<16 {
		e.flush()
	}
}

func (e *encoder) fail(err error) {
	if e.err == nil {
		e.err = err
	}
}

func (e *encoder) uvarint(n uint64) { e.bytes = binary.AppendUvarint(e.bytes, n) }
func (e *encoder) varint(n int64)   { e.bytes = binary.AppendVarint(e.bytes, n) }

func (e *encoder) mark(is bool) bool {
	if is {
		e.bytes = append(e.bytes, 1)
	} else {
		e.bytes = append(e.bytes, 0)
	}
	return is
}

// length writes the length of a list or a map.
func (e *encoder) length(n int, isNil bool) {
	if isNil {
		e.uvarint(0)
	} else {
		e.uvarint(uint64(n) + 1)
	}
}

func (e *encoder) string(b []byte) {
	e.uvarint(uint64(len(b)))
	e.bytes = append(e.bytes, b...)
	e.flushIfLarge()
}

// text writes a text the first time, and later its number: names of stages, hosts and
// properties come again and again.
func (e *encoder) text(s string) {
	if n, known := e.texts[s]; known {
		e.uvarint(n)
		return
	}
	e.texts[s] = uint64(len(e.texts) + 1)
	e.uvarint(0)
	e.uvarint(uint64(len(s)))
	e.bytes = append(e.bytes, s...)
}

// A decoder reads what an encoder wrote. After the first error it reads zeros.
type decoder struct {
	bytes []byte // what is left
	texts []string
	err   error
}

func (d *decoder) fail(err error) {
	if d.err == nil && err != nil {
		d.err, d.bytes = err, nil
	}
}

// take returns the next n bytes. They stay as they are as long as somebody has them.
func (d *decoder) take(n int) []byte {
	if n < 0 || n > len(d.bytes) {
		d.fail(errForm)
		return nil
	}
	b := d.bytes[:n:n]
	d.bytes = d.bytes[n:]
	return b
}

func (d *decoder) byte() byte {
	if b := d.take(1); b != nil {
		return b[0]
	}
	return 0
}

func (d *decoder) uint64() uint64 {
	if b := d.take(8); b != nil {
		return binary.LittleEndian.Uint64(b)
	}
	return 0
}

func (d *decoder) uvarint() uint64 {
	n, used := binary.Uvarint(d.bytes)
	if used <= 0 {
		d.fail(errForm)
		return 0
	}
	d.bytes = d.bytes[used:]
	return n
}

func (d *decoder) varint() int64 {
	n, used := binary.Varint(d.bytes)
	if used <= 0 {
		d.fail(errForm)
		return 0
	}
	d.bytes = d.bytes[used:]
	return n
}

// count reads a number from 0 to most.
func (d *decoder) count(most int) int {
	n := d.uvarint()
	if n > uint64(most) {
		d.fail(errForm)
		return 0
	}
	return int(n)
}

func (d *decoder) mark() bool { return d.byte() != 0 }

// length reads the length of a list or a map whose elements take at least some bytes each.
func (d *decoder) length(atLeast int) (n int, isNil bool) {
	n = d.count(math.MaxInt)
	if d.err != nil || n == 0 {
		return 0, true
	}
	if n--; atLeast > 0 && n > len(d.bytes)/atLeast {
		d.fail(errForm)
		return 0, true
	}
	return n, false
}

func (d *decoder) text() string {
	n := d.count(len(d.texts))
	if n > 0 {
		return d.texts[n-1]
	}
	s := string(d.take(d.count(len(d.bytes))))
	if d.err == nil {
		d.texts = append(d.texts, s)
	}
	return s
}
