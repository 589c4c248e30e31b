package saved

import (
	"encoding/binary"
	"reflect"
	"slices"
	"time"

	"dynalloc/traces"
)

// A column is one field of the elements of a list. Its values are saved as what they are
// above the least of them, in as few bytes as the largest needs: 0, 1, 2, 4 or 8.
type column[T any] struct {
	get func(*T) int64
	// set sets the field of each element to least, plus its value in data if width is not 0.
	set func(list []T, least int64, width int, data []byte)
}

// number is the column of a field of whole numbers.
func number[T any, N ~int64 | ~int32 | ~int16 | ~uint8](field func(*T) *N) column[T] {
	return column[T]{
		func(x *T) int64 { return int64(*field(x)) },
		func(list []T, least int64, width int, data []byte) {
			switch width {
			case 0:
				for i := range list {
					*field(&list[i]) = N(least)
				}
			case 1:
				for i := range list {
					*field(&list[i]) = N(least + int64(data[i]))
				}
			case 2:
				for i := range list {
					*field(&list[i]) = N(least + int64(binary.LittleEndian.Uint16(data[2*i:])))
				}
			case 4:
				for i := range list {
					*field(&list[i]) = N(least + int64(binary.LittleEndian.Uint32(data[4*i:])))
				}
			case 8:
				for i := range list {
					*field(&list[i]) = N(least + int64(binary.LittleEndian.Uint64(data[8*i:])))
				}
			}
		},
	}
}

// mark is the column of a field that is true or false.
func mark[T any](field func(*T) *bool) column[T] {
	return column[T]{
		func(x *T) int64 {
			if *field(x) {
				return 1
			}
			return 0
		},
		func(list []T, least int64, width int, data []byte) {
			for i := range list {
				*field(&list[i]) = least != 0 || width > 0 && data[i*width] != 0
			}
		},
	}
}

// The columns of what a workload has most of.
var (
	taskColumns = []column[traces.Task]{
		number(func(t *traces.Task) *int32 { return &t.Run }),
		number(func(t *traces.Task) *int32 { return &t.Deserialize }),
		number(func(t *traces.Task) *int32 { return &t.Result }),
		number(func(t *traces.Task) *int32 { return &t.Scheduler }),
		number(func(t *traces.Task) *int32 { return &t.GettingResult }),
		number(func(t *traces.Task) *int32 { return &t.OriginalRun }),
		mark(func(t *traces.Task) *bool { return &t.Recomputed }),
		mark(func(t *traces.Task) *bool { return &t.Cold }),
		mark(func(t *traces.Task) *bool { return &t.First }),
		mark(func(t *traces.Task) *bool { return &t.FirstRead }),
		number(func(t *traces.Task) *uint8 { return &t.Contenders }),
		number(func(t *traces.Task) *traces.Locality { return &t.Locality }),
		number(func(t *traces.Task) *int16 { return &t.Host }),
		number(func(t *traces.Task) *int64 { return &t.Read }),
		number(func(t *traces.Task) *int64 { return &t.Write }),
	}
	recordedTaskColumns = []column[traces.RecordedTask]{
		number(func(t *traces.RecordedTask) *int32 { return &t.Attempt }),
		number(func(t *traces.RecordedTask) *int32 { return &t.Index }),
		number(func(t *traces.RecordedTask) *int32 { return &t.Executor }),
		mark(func(t *traces.RecordedTask) *bool { return &t.Failed }),
		number(func(t *traces.RecordedTask) *time.Duration { return &t.Launched }),
		number(func(t *traces.RecordedTask) *time.Duration { return &t.Finished }),
	}
)

// inOneGo is how many elements have columns of their own in a longer list, so that widths
// follow the values, and a damaged length claims no memory for elements that do not come.
const inOneGo = 4096

// inColumns is the value of a list that is saved in columns.
func inColumns[T any](columns []column[T]) value {
	return value{
		func(e *encoder, v reflect.Value) { writeColumns(e, columns, v.Interface().([]T)) },
		func(d *decoder, v reflect.Value) { v.Set(reflect.ValueOf(readColumns(d, columns))) },
	}
}

func writeColumns[T any](e *encoder, columns []column[T], list []T) {
	e.length(len(list), list == nil)
	for part := range slices.Chunk(list, inOneGo) {
		for _, c := range columns {
			writeColumn(e, c, part)
		}
		e.flushIfLarge()
	}
}

func writeColumn[T any](e *encoder, c column[T], list []T) {
	least, most := c.get(&list[0]), c.get(&list[0])
	for i := range list {
		n := c.get(&list[i])
		least, most = min(least, n), max(most, n)
	}
	width := widthOf(uint64(most - least)) // also right if the difference overflows
	e.bytes = binary.AppendVarint(append(e.bytes, byte(width)), least)
	for i := range list {
		switch n := uint64(c.get(&list[i]) - least); width {
		case 1:
			e.bytes = append(e.bytes, byte(n))
		case 2:
			e.bytes = binary.LittleEndian.AppendUint16(e.bytes, uint16(n))
		case 4:
			e.bytes = binary.LittleEndian.AppendUint32(e.bytes, uint32(n))
		case 8:
			e.bytes = binary.LittleEndian.AppendUint64(e.bytes, n)
		}
	}
}

func widthOf(n uint64) int {
	switch {
	case n == 0:
		return 0
	case n < 1<<8:
		return 1
	case n < 1<<16:
		return 2
	case n < 1<<32:
		return 4
	}
	return 8
}

func readColumns[T any](d *decoder, columns []column[T]) []T {
	n, isNil := d.length(0)
	if isNil {
		return nil
	}
	list := make([]T, 0, min(n, inOneGo+len(d.bytes)))
	for n > 0 && d.err == nil {
		from, some := len(list), min(n, inOneGo)
		list = append(list, make([]T, some)...)
		for _, c := range columns {
			width, least := int(d.byte()), d.varint()
			data := d.take(width * some)
			if d.err == nil && (width != 0 || least != 0) { // the list is made of zeros
				c.set(list[from:], least, width, data)
			}
		}
		n -= some
	}
	return list
}
