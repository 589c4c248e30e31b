package traces

import (
	"math"
	"time"
)

// Bounds of what sources can say. Values beyond them are damage.
const (
	// MaxTime is the latest time of an event, in ms since 1970: the year 2248.
	MaxTime = 1 << 43
	// MaxID is the largest id of a job, a stage or a partition, because Spark counts in
	// 32 bits.
	MaxID = 1<<31 - 1
	// MaxTask is the most work of a Task, because it counts ms in 32 bits.
	MaxTask = math.MaxInt32 * time.Millisecond
	// MaxTasks bounds the tasks of a stage that a source gives as a number. The most in
	// a public record are 99,410 (Alibaba 2018).
	MaxTasks = 1e6
	// MaxLength is the most that an application may last, from its start to its end.
	MaxLength = 10 * year
	// MaxSubmit is the latest submission, counted from the first one. With MaxLength it
	// leaves room below the 292 years of a time.Duration.
	MaxSubmit = 200 * year
	// MaxCores is the most cores of one executor or task, MaxExecutors the most executors
	// that an application asks for from the start, and MaxMemoryMB the most memory of one
	// executor in MiB. The largest clusters have about a million cores.
	MaxCores     = 1 << 20
	MaxExecutors = 1 << 20
	MaxMemoryMB  = 1 << 30

	year = 365 * 24 * time.Hour
)
