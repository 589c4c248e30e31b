package manager

import (
	"errors"
	"io"

	"dynalloc/internal/note"
	"dynalloc/internal/spec"
)

// Settings are the part of a cluster's description that only one manager has. A
// manager's settings are a pointer to a struct with its defaults; the fields are
// also the keys of the manager's section of a cluster file (YAML).
type Settings interface {
	// Parse takes the settings that the text form of a cluster may give.
	Parse(*spec.Decoder)
	// Load reads the files that the settings name and checks the settings. The notes
	// are about what in the files is not modeled.
	Load(nodes []Node, open func(name string) (io.ReadCloser, error)) ([]note.Note, error)
	// New makes the manager of these nodes, with nothing running on it. The seed
	// keys its random numbers. Several replays may call it at the same time.
	New(nodes []Node, seed uint64) (Manager, error)
	// String is the text form, without what has its default: "scheduler=fair".
	String() string
	// Short says in a few words what matters most; empty: nothing.
	Short() string
}

// ErrNotRead is the error of [Settings.New] where a file that the settings name
// was not read by Load.
var ErrNotRead = errors.New("the file has not been read")
