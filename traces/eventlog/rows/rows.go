// Package rows keeps rows of whole numbers in little memory (rows.go).
package rows

import (
	"bytes"
	"encoding/binary"
	"math/bits"
)

// Width is how many numbers a row has.
const Width = 16

// A Row is the numbers of a row.
type Row [Width]int64

// Rows are rows in their order, each as the numbers in which it differs from the one
// before. The zero value has none.
type Rows struct {
	size   int
	blocks [][]byte
	last   Row
}

// blockSize is how many bytes a block of rows has at least, so that lists that grow are not
// copied.
const blockSize = 16 << 10

// A Packer adds rows to several Rows. It has memory for that.
type Packer struct {
	data []byte
}

// Add adds a number of rows. row returns one of them, by its index.
func (p *Packer) Add(r *Rows, number int, row func(int) Row) {
	data := p.data[:0]
	for i := range number {
		row := row(i)
		var changed uint64
		for k := range row {
			if row[k] != r.last[k] {
				changed |= 1 << k
			}
		}
		data = binary.AppendUvarint(data, changed)
		for k := range row {
			if changed>>k&1 != 0 {
				data = binary.AppendVarint(data, row[k]-r.last[k])
			}
		}
		r.last = row
		if len(data) >= blockSize || i == number-1 {
			r.blocks = append(r.blocks, bytes.Clone(data))
			data = data[:0]
		}
	}
	r.size += number
	p.data = data
}

// Len is how many rows there are.
func (r *Rows) Len() int { return r.size }

// All calls yield with each row, which it must not keep.
func (r *Rows) All(yield func(*Row)) {
	var row Row
	for _, data := range r.blocks {
		for len(data) > 0 {
			changed, n := binary.Uvarint(data)
			data = data[n:]
			for ; changed != 0; changed &= changed - 1 {
				difference, n := binary.Varint(data)
				data = data[n:]
				row[bits.TrailingZeros64(changed)] += difference
			}
			yield(&row)
		}
	}
}
