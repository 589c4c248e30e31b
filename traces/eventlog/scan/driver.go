package scan

// Events of the driver and of executors. Times are milliseconds since 1970. Old versions of
// Spark and vendors leave fields out, which are then zero.

// A LogStart is the first line of a log.
type LogStart struct {
	Version string
	Time    int64 // Databricks only
}

// ApplicationStart is the event that says whose log it is.
type ApplicationStart struct {
	Name, ID, Attempt, User string
	Time                    int64
}

// An EnvironmentUpdate has the properties with which the application was started.
type EnvironmentUpdate struct {
	Spark map[string]string
}

// A Timed is an event of which only the time is needed.
type Timed struct{ Time int64 }

// An ExecutorAdded is the registration of an executor.
type ExecutorAdded struct {
	Time                  int64
	ID, Host              string
	Cores, Profile        int64
	Requested, Registered int64
}

// An ExecutorRemoved is the end of an executor.
type ExecutorRemoved struct {
	Time       int64
	ID, Reason string
}

// A BlockManager is one that was added or removed.
type BlockManager struct {
	Time           int64
	Executor, Host string
}

// An Unpersist is the release of a cached RDD.
type Unpersist struct{ ID int64 }

var logStartFields = Fields[LogStart]{
	"Spark Version": name(func(e *LogStart) *string { return &e.Version }),
	"Timestamp":     number(func(e *LogStart) *int64 { return &e.Time }),
}

var applicationStartFields = Fields[ApplicationStart]{
	"App Name":       text(func(e *ApplicationStart) *string { return &e.Name }),
	"App ID":         text(func(e *ApplicationStart) *string { return &e.ID }),
	"App Attempt ID": name(func(e *ApplicationStart) *string { return &e.Attempt }),
	"User":           name(func(e *ApplicationStart) *string { return &e.User }),
	"Timestamp":      number(func(e *ApplicationStart) *int64 { return &e.Time }),
}

var environmentFields = Fields[EnvironmentUpdate]{
	"Spark Properties": value(func(e *EnvironmentUpdate) *map[string]string { return &e.Spark }, func(d *Decoder, texts *map[string]string) { *texts = d.texts() }),
}

var timedFields = Fields[Timed]{
	"Timestamp": number(func(e *Timed) *int64 { return &e.Time }),
}

var executorAddedFields = Fields[ExecutorAdded]{
	"Timestamp":   number(func(e *ExecutorAdded) *int64 { return &e.Time }),
	"Executor ID": name(func(e *ExecutorAdded) *string { return &e.ID }),
	"Executor Info": inside(Fields[ExecutorAdded]{
		"Host":                name(func(e *ExecutorAdded) *string { return &e.Host }),
		"Total Cores":         number(func(e *ExecutorAdded) *int64 { return &e.Cores }),
		"Resource Profile Id": number(func(e *ExecutorAdded) *int64 { return &e.Profile }),
		"Request Time":        number(func(e *ExecutorAdded) *int64 { return &e.Requested }),
		"Registration Time":   number(func(e *ExecutorAdded) *int64 { return &e.Registered }),
	}),
}

var executorRemovedFields = Fields[ExecutorRemoved]{
	"Timestamp":      number(func(e *ExecutorRemoved) *int64 { return &e.Time }),
	"Executor ID":    name(func(e *ExecutorRemoved) *string { return &e.ID }),
	"Removed Reason": text(func(e *ExecutorRemoved) *string { return &e.Reason }),
}

var blockManagerFields = Fields[BlockManager]{
	"Timestamp": number(func(e *BlockManager) *int64 { return &e.Time }),
	"Block Manager ID": inside(Fields[BlockManager]{
		"Executor ID": name(func(e *BlockManager) *string { return &e.Executor }),
		"Host":        name(func(e *BlockManager) *string { return &e.Host }),
	}),
}

var unpersistFields = Fields[Unpersist]{
	"RDD ID": number(func(e *Unpersist) *int64 { return &e.ID }),
}

// texts reads an object of texts, null as nil.
func (d *Decoder) texts() map[string]string {
	if c := d.Peek(); c != '{' {
		d.mistyped(c)
		return nil
	}
	texts := map[string]string{}
	for key := d.FirstKey(); key != nil; key = d.NextKey() {
		name := d.intern(key)
		texts[name] = string(d.Text())
	}
	return texts
}
