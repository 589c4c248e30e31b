package spark

import "regexp"

// givenBack matches the reasons of removals by the driver itself, in the words of Spark's
// ExecutorKilled, YARN's allocator and ExecutorAllocationManager.
var givenBack = regexp.MustCompile(`(?i)killed by driver|explicit termination request|spark scale down`)

// taken matches the reasons of removals from outside, in the words of Spark's cluster
// managers; hostTaken those in which the whole machine ended.
var (
	taken = regexp.MustCompile(`(?i)lost|preempt|disassociat|heartbeat|timed out|exit|marked as failed|exceeding|memory|oom|bad node|` +
		`decommission|interrupt|evict|killed by|terminat|deleted|crash|unable|fail|shut`)
	hostTaken = regexp.MustCompile(`(?i)\b(worker|host|instance|spot|machine)\b|\*?lost\*? node|bad node|node lost`)
)

// hostGone is the plain reason of an executor that was lost with its host.
const hostGone = "host lost"

// GivenBack reports whether a reason of a removal names the driver's own doing.
func GivenBack(reason string) bool { return givenBack.MatchString(reason) }

// TakenAway reports whether a reason of a removal names something from outside.
func TakenAway(reason string) bool { return taken.MatchString(reason) }

// HostGone reports whether a reason of a removal says that the whole machine ended.
func HostGone(reason string) bool { return PlainReason(reason) == hostGone }

// PlainReason is a reason of a removal without names, from which the same is concluded.
func PlainReason(reason string) string {
	switch {
	case givenBack.MatchString(reason):
		return "Executor killed by driver."
	case !taken.MatchString(reason):
		return "removed"
	case hostTaken.MatchString(reason):
		return hostGone
	}
	return "executor lost"
}

// refusals match the messages of the exceptions with which Spark refuses barrier stages
// (DAGScheduler; error classes since 4.0).
var refusals = []struct {
	message   *regexp.Regexp
	exception string
}{
	{regexp.MustCompile(`(?i)SPARK-24942|BarrierJobRunWithDynamicAllocation|not support dynamic resource allocation`), "BarrierJobRunWithDynamicAllocationException"},
	{regexp.MustCompile(`(?i)SPARK-24819|BarrierJobSlotsNumberCheckFailed|requires more slots`), "BarrierJobSlotsNumberCheckFailed"},
}

// BarrierRefusal is the exception with which Spark refused a job's barrier stage, by the
// message of its failure; empty if it did not.
func BarrierRefusal(message string) string {
	for _, r := range refusals {
		if r.message.MatchString(message) {
			return r.exception
		}
	}
	return ""
}
