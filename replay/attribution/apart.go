package attribution

// An Apart has the paths to where tasks, or copies of tasks, became ready by themselves and
// not with their set. The zero value has none.
type Apart struct{ paths map[apartTask]Path } // only looked up

type apartTask struct {
	set, task int32
	copy      bool
}

// Clear leaves none.
func (a *Apart) Clear() { clear(a.paths) }

// Add adds the path of a task or of its copy.
func (a *Apart) Add(set, task int32, copy bool, p Path) {
	if a.paths == nil {
		a.paths = make(map[apartTask]Path)
	}
	a.paths[apartTask{set, task, copy}] = p
}

// Take takes out the path of a task or of its copy, or returns that of its set.
func (a *Apart) Take(set, task int32, copy bool, otherwise *Path) *Path {
	if len(a.paths) == 0 {
		return otherwise
	}
	t := apartTask{set, task, copy}
	p, apart := a.paths[t]
	if !apart {
		return otherwise
	}
	delete(a.paths, t)
	return &p
}
