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
	"Spark Version": value(func(d *Decoder, e *LogStart) { e.Version = d.name() }),
	"Timestamp":     value(func(d *Decoder, e *LogStart) { e.Time = d.Int() }),
}

var applicationStartFields = Fields[ApplicationStart]{
	"App Name":       value(func(d *Decoder, e *ApplicationStart) { e.Name = d.text() }),
	"App ID":         value(func(d *Decoder, e *ApplicationStart) { e.ID = d.text() }),
	"App Attempt ID": value(func(d *Decoder, e *ApplicationStart) { e.Attempt = d.name() }),
	"User":           value(func(d *Decoder, e *ApplicationStart) { e.User = d.name() }),
	"Timestamp":      value(func(d *Decoder, e *ApplicationStart) { e.Time = d.Int() }),
}

var environmentFields = Fields[EnvironmentUpdate]{
	"Spark Properties": value(func(d *Decoder, e *EnvironmentUpdate) { e.Spark = d.texts() }),
}

var timedFields = Fields[Timed]{
	"Timestamp": value(func(d *Decoder, e *Timed) { e.Time = d.Int() }),
}

var executorAddedFields = Fields[ExecutorAdded]{
	"Timestamp":   value(func(d *Decoder, e *ExecutorAdded) { e.Time = d.Int() }),
	"Executor ID": value(func(d *Decoder, e *ExecutorAdded) { e.ID = d.name() }),
	"Executor Info": inside(Fields[ExecutorAdded]{
		"Host":                value(func(d *Decoder, e *ExecutorAdded) { e.Host = d.name() }),
		"Total Cores":         value(func(d *Decoder, e *ExecutorAdded) { e.Cores = d.Int() }),
		"Resource Profile Id": value(func(d *Decoder, e *ExecutorAdded) { e.Profile = d.Int() }),
		"Request Time":        value(func(d *Decoder, e *ExecutorAdded) { e.Requested = d.Int() }),
		"Registration Time":   value(func(d *Decoder, e *ExecutorAdded) { e.Registered = d.Int() }),
	}),
}

var executorRemovedFields = Fields[ExecutorRemoved]{
	"Timestamp":      value(func(d *Decoder, e *ExecutorRemoved) { e.Time = d.Int() }),
	"Executor ID":    value(func(d *Decoder, e *ExecutorRemoved) { e.ID = d.name() }),
	"Removed Reason": value(func(d *Decoder, e *ExecutorRemoved) { e.Reason = d.text() }),
}

var blockManagerFields = Fields[BlockManager]{
	"Timestamp": value(func(d *Decoder, e *BlockManager) { e.Time = d.Int() }),
	"Block Manager ID": inside(Fields[BlockManager]{
		"Executor ID": value(func(d *Decoder, e *BlockManager) { e.Executor = d.name() }),
		"Host":        value(func(d *Decoder, e *BlockManager) { e.Host = d.name() }),
	}),
}

var unpersistFields = Fields[Unpersist]{
	"RDD ID": value(func(d *Decoder, e *Unpersist) { e.ID = d.Int() }),
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
		texts[name] = d.text()
	}
	return texts
}
