package slots

import (
	"cmp"
	"slices"
)

// A Launch is when a task was launched.
type Launch struct{ At, ID int64 }

// First is the first tasks of an executor, in order of launch.
type First []Launch

// Take adds a task if it is among the first of a number.
func (f *First) Take(launch, id int64, number int) {
	if n := len(*f); n >= number && n > 0 && launch > (*f)[n-1].At {
		return
	}
	task := Launch{launch, id}
	at, _ := slices.BinarySearchFunc(*f, task, func(x, y Launch) int {
		return cmp.Or(cmp.Compare(x.At, y.At), cmp.Compare(x.ID, y.ID))
	})
	if at < number {
		*f = slices.Insert(*f, at, task)[:min(len(*f)+1, number)]
	}
}

// Has reports whether a task is among the first.
func (f First) Has(launch, id int64) bool {
	if len(f) == 0 || launch > f[len(f)-1].At {
		return false
	}
	return slices.Contains(f, Launch{launch, id})
}
