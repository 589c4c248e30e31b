package traces

import (
	"math"
	"time"
)

// MaxTime is the year 2248: what lies beyond is no time of a log.
const MaxTime = 1 << 43

// MaxID bounds the ids of jobs, stages and partitions: Spark counts in 32 bits.
const MaxID = 1<<31 - 1

// MaxTask is the longest work that a Task holds, in its milliseconds.
const MaxTask = math.MaxInt32 * time.Millisecond

// MaxTasks bounds the tasks of one stage, as in the native text format. The
// most in a public record are 99,410 (Alibaba 2018).
const MaxTasks = 1e6
