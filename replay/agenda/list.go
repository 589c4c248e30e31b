package agenda

import "slices"

// A List holds values in an order, whatever the order in which they come and go. It
// consists of blocks of limited length, so that it takes little more to change a long list
// than a short one.
type List[T any] struct {
	Compare func(x, y T) int // 0 only for the same value
	blocks  [][]T            // none is empty
	n       int
}

// mostInBlock is the length at which a block is divided.
const mostInBlock = 128

// Len is how many values the list has.
func (l *List[T]) Len() int { return l.n }

// Blocks are the values in order, block by block. They are valid until the next change.
func (l *List[T]) Blocks() [][]T { return l.blocks }

// Clear removes all values.
func (l *List[T]) Clear() { l.n, l.blocks = 0, l.blocks[:0] }

// find returns the block and the place in it of a value, or where it belongs.
func (l *List[T]) find(x T) (block, at int, found bool) {
	block, _ = slices.BinarySearchFunc(l.blocks, x, func(b []T, x T) int { return l.Compare(b[len(b)-1], x) })
	if block == len(l.blocks) {
		if block == 0 {
			return 0, 0, false
		}
		block--
	}
	at, found = slices.BinarySearchFunc(l.blocks[block], x, l.Compare)
	return block, at, found
}

// Insert adds a value, unless the list has it.
func (l *List[T]) Insert(x T) {
	block, at, found := l.find(x)
	if found {
		return
	}
	l.n++
	if len(l.blocks) == 0 && cap(l.blocks) > 0 { // the block that became empty last
		l.blocks = l.blocks[:1]
		l.blocks[0] = append(l.blocks[0][:0], x)
		return
	}
	if len(l.blocks) == 0 {
		l.blocks = append(l.blocks, []T{x})
		return
	}
	b := slices.Insert(l.blocks[block], at, x)
	l.blocks[block] = b
	if len(b) == mostInBlock {
		half := slices.Clone(b[mostInBlock/2:])
		clear(b[mostInBlock/2:])
		l.blocks[block] = b[:mostInBlock/2]
		l.blocks = slices.Insert(l.blocks, block+1, half)
	}
}

// Remove takes out a value, if the list has it.
func (l *List[T]) Remove(x T) {
	block, at, found := l.find(x)
	if !found {
		return
	}
	l.n--
	b := slices.Delete(l.blocks[block], at, at+1)
	l.blocks[block] = b
	if len(b) == 0 && len(l.blocks) > 1 {
		l.blocks = slices.Delete(l.blocks, block, block+1)
	} else if len(b) == 0 {
		l.blocks = l.blocks[:0]
	}
}
