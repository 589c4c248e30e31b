package sentences

import "dynalloc/internal/note"

// benchNotes are the sentences for the notes of package bench and the packages below it.
var benchNotes = map[note.Kind]string{
	"builtin-day":        "The workload is one day made from six recorded applications, not a recorded day: {loads} warehouse loads, {features} feature builds and {reports} reports on schedules, each shifted by at most half a minute, and {people} ad-hoc queries that people start at random (seed {seed}). Jobs, stages and relative task times are the recorded ones; each application is larger by a fixed factor for its class, and its input varies by 15 % between runs.",
	"builtin-fleet":      "The workload is a recorded fleet: six applications that shared 16 cores, each with a fixed number of executors.",
	"times-of-replay":    "Times of the replay, of an executor or task that starts alone on its node: {times}.",
	"times-from-file":    "Times of the replay: as in {file}.",
	"selected-only":      "Only the selected applications are replayed. Their recorded truth is from a cluster that they shared with the others.",
	"cluster-startup":    "Executors start in {startup}, as the cluster is given, instead of these times.",
	"app-left-out":       "Left out of every row: {error}.",
	"row-without-values": "A row without values: {problem}.",
	"local-left-out":     "Left out: {count:application} in local mode ({applications}). There the driver is the only executor, so that there is no allocation to compare. --keep-local keeps them.",
	"local-kept":         "Kept: {count:application} in local mode ({applications}). Under recorded they run in their drivers, beside the cluster; under every other policy they run on the cluster, with executors of the size that their properties say, by default one core.",
	"streams-under-dynamic-allocation": "{count:application} of Structured Streaming under dynamic allocation: Spark allows it without a warning, but its allocator is made for batch jobs. " +
		"It counts waiting tasks and idle executors and knows neither triggers nor batches (SPARK-24815). That other executors have to load the state of stateful queries again is not replayed.",
	"dstreams-under-dynamic-allocation": "{count:application} of Spark Streaming (DStreams) under dynamic allocation: Spark warns that receivers without a write-ahead log can lose data. " +
		"Spark's own allocator for them (spark.streaming.dynamicAllocation.enabled) is not replayed; Spark refuses it together with spark.dynamicAllocation.enabled.",
	"builtin-queues":          "The workload is one day on YARN made from six recorded applications, not a recorded day: {loads} warehouse loads and {features} feature builds in the queue etl, {reports} reports in the queue reports, and {people} ad-hoc queries of three analysts in the queue adhoc (seed {seed}). Loads and reports have fixed sizes, the others Spark's dynamic allocation without a maximum. Jobs, stages and relative task times are the recorded ones.",
	"saves-no-node":           "The cluster is paid by the node. Under {policies} executors take fewer core-hours than under {base}, but the nodes cost no less. That saves money only if other work uses the room, or if the cluster gets fewer nodes.",
	"recorded-is-a-default":   "Nothing says how many executors {count} of {total:application} should have: they are from no log, and set neither spark.dynamicAllocation.enabled nor spark.executor.instances nor spark.cores.max. For them recorded is {meaning}. Differences, and deadlines that are multiples of the run alone, refer to that.",
	"profiles-with-static":    "{count} applications use resource profiles besides the default one, which Spark refuses without dynamic allocation: here a static policy requests its number of executors of each profile.",
	"recorded-apps-unmatched": "{count} applications of the recording for {policy} are not in the workload: they are counted without a deadline.",
	"vendor-allocation":       "{vendor} changes how Spark allocates executors: its logs are replayed with the rules of Apache Spark, which differ from what ran.",

	"barrier-work-unknown":             "A job of {count} of {of:application} ({classes}) has a barrier stage that never ran when it was recorded, because Spark refused it or the job failed before. How long the stage would have taken is not known. Where a policy lets the job begin, the stage takes no time in the replay, so that times, executor-hours and misses are those of the rest. Where Spark refuses the job, the application fails.",
	"barrier-under-dynamic-allocation": "{count} of {of:application} ({classes}) ran a barrier stage under dynamic allocation, which Apache Spark refuses. Their build of Spark does not, so that no dynamic policy is refused for them: the stage waits until its policy has brought all slots.",

	"shuffle-concluded-remote":        "{count} of {of:application} ran under dynamic allocation with the shuffle manager {managers} and without the shuffle service, shuffle tracking or decommissioning. Spark refuses that unless the shuffle files are on reliable storage. So it is concluded that this manager keeps them away from executors: none is lost with an executor, under any policy except shuffle=none.",
	"shuffle-unprotected-as-recorded": "{count} of {of:application} ran under dynamic allocation although no setting in their logs protects shuffle files. With such settings Spark refuses to start: something that the logs do not show made it start. Under recorded it is assumed that nothing keeps the files: they are lost with an executor and computed again. If something does, give shuffle=remote in --policy.",

	"losses-not-replayed":  "The recorded runs of {applications} of {of} applications were disturbed. They lost {executors:executor}, and {lost} of the {total} that all applications took ({percent:%.1f} %) went to repeated work or to waits without any executor. These replays have none of it; --faults recorded replays the losses of executors.",
	"losses-replayed":      "Executors are lost again as the logs show it: {executors:executor} in {applications} of {of} applications.",
	"self-replay-errors":   "Self-replay (each application alone with its recorded settings, against its own log; application time): {classes}. These errors widen intervals.",
	"self-replay-of-class": "{class}: median {median:%.1f} %, worst {worst:%.1f} % ({application}), executor-seconds {executors:%.1f} %",

	"effects-left-out": "Effects on other classes are not measured: their {replays} replays would take {times:%.1f} times as many tasks as all other replays together. --effects measures them.",

	"value-impossible":            "{metric} of {class} under {policy} would be {value}, which cannot be: it is left out. This is an error of dynalloc: please report it with the logs and the command.",
	"cores-overcommitted":         "More than 100 % of the cores are held under {policies}: the manager counts memory alone, as YARN's DefaultResourceCalculator does, so executors together may have more cores than the nodes. Shares of cores are left out. The replay does not slow tasks down because of that; real tasks would be slower. To count cores too, set yarn.scheduler.capacity.resource-calculator to the DominantResourceCalculator.",
	"recorded-on-another-cluster": "{metric} of the recorded run ({policy}) would be {value}, because the applications ran on a larger cluster than that of the replay: it is left out.",
	"gate-policy-only-in":         "{policy} is only in {file}.",
	"gate-policy-now-ends":        "{policy} did not end in {file}; it does now.",
	"gate-apps-only-in":           "{count} of {total} applications are only in {file}: they are not compared.",
	"gate-other-submissions":      "{count:application} in {old} and {new} have the same id and another start, name or user: another day, or another cluster.",
	"gate-spec-changed":           "{policy} was {old} and is {new}.",

	"deadline-unused":         "{position}: the deadline for {match} matches no {what}.",
	"apps-without-deadline":   "{count} of {total} applications match no deadline and cannot miss one.",
	"apps-without-next-run":   "{count} of {total} applications must end before the next run of their program, but none follows: they have no deadline.",
	"apps-without-history":    "{count} of {total} applications have no deadline, because no run of their program is recorded.",
	"deadlines-from-few-runs": "Some deadlines from history are taken from only {runs} recorded runs of a program; the 95 % quantile of fewer than {enough} is close to the longest.",

	"current-settings-differ": "{count} of its {runs} runs had other settings than {policy}; \"current\" is each run with its own settings.",
	"reason-misses":           "{policy} misses {misses:%.1f} of {of} deadlines, {other} {more:%.1f}, mostly because of {cause}.",
	"reason-cost":             "{policy} meets the deadlines as well as {other}, which takes {percent:%.0f} % more executor-hours.",
	"reason-alike":            "{policy} and {other} give the same within the margins (1 % of the runs, 5 % of the cost).",
	"reason-refused":          "Spark refuses policies of the other kind, such as {other}: {exception}.",
	"reason-only":             "Only one kind of policy can be chosen: {policy}.",
	"break-evens-left-out":    "what would change the answer was searched for {searched} of {of} inputs, and then the budget was used up (--budget)",
	"decide-budget":           "a larger --budget: the confidence is less sure than 2 points",
	"decide-other-kind":       "a {kind} to compare with, which --policy can give: only one kind could be tried",
	"decide-more-runs":        "logs of more runs than these {runs}",
	"decide-cluster":          "the cluster (--cluster)",
	"decide-deadlines":        "your deadlines (--deadlines)",
	"decide-self-replay":      "logs that the replay reproduces better: the model's error of turnarounds is {percent:%.0f} % here",
	"decide-test":             "one run each with {static} and with {dynamic}",
	"tasks-compute":           "Its tasks compute (SQL), so another number of executors may change how long they take: differences in time are known to within {percent:%.0f} % only.",
	"logs-incomplete":         "{count} of {runs} logs are not complete ({grades}); give logs that are complete (\"dynalloc inspect\" says what is missing)",
	"some-logs-incomplete":    "{count} of {runs} logs are not complete ({grades}).",
	"logs-without-tasks":      "the logs contain no tasks: nothing depends on executors",
	"runs-not-recorded":       "The real course of these runs is not recorded, so the replay could not be compared with it.",
	"replay-error":            "Replays of its own logs are within {median:%.1f} % of the recorded time (median; worst {worst:%.1f} %) and {executors:%.1f} % of the executor-seconds; differences in time between policies are known to within {wider:%.0f} % (docs/STATISTICS.md).",
	"policy-refused": "Refused by Spark: {policies}. {exception} for {count} of {of} applications ({classes}). A barrier stage needs slots for all its tasks at once, and no dynamic allocation. " +
		"These applications miss their deadlines, and their cost is not that of their whole work.",
	"advice-refused":       "{class}: Spark refuses {count:policy} with {exception}: {policies}. A barrier stage needs slots for all its tasks at once, and no dynamic allocation.",
	"every-policy-refused": "Spark refuses every policy that was tried ({exception})",

	"only-recording": "{recording} is the only recording of its workload, so it has no pair.",
	"pairs-forecast": "{count} pairs are forecasts with --startup from: in their recordings applications waited for each other, so that start-up times contain the wait.",
}
