package reports

import "dynalloc/internal/note"

// reportsWordings are the sentences for the notes that reports make themselves.
var reportsWordings = map[note.Kind]string{
	clusterAssumed:        "The cluster is not given. It is assumed to have room for what the logs held at their peak, {cores:core}. Contention cannot be judged from an assumption; give the cluster with --cluster.",
	clusterDecides:        "The cluster is not given, and what is assumed decides this answer: it has room for what the logs held at their peak, {cores:core}. Executors of {classes} wait for room on it under {policies}. On a larger cluster they would not wait; give yours with --cluster.",
	clusterDecidesAdvice:  "No --cluster is given, and what is assumed decides this answer: the {cores:core} that the logs held at their peak, of which policies tried for {classes} want more and wait.",
	neverFullCluster:      "The cluster is not given and no two applications ran at the same time: policies are replayed on a cluster that is never full. Give --cluster if executors may have to wait for free resources.",
	neverFullDecides:      "No --cluster is given, and what is assumed decides this answer: a cluster that is never full, since no two applications ran at once. Policies tried for {classes} hold more executors than the logs show, and would wait where there is no room for them.",
	managerCaveat:         "{manager} is {caveat}. {page} lists what is modelled and from which documents.",
	poorLogs:              "Quality grade {grade}, {logs:log}, whose results are less reliable: {names}.",
	recordedTruth:         "Recorded truth: how the applications really ran, from their logs. A log does not show when executors were granted: here they count from registration until the driver saw them leave. Values that a log does not show are left out.",
	recordedWithoutFaults: "The recorded truth ran without the faults.",
	nothingLost:           "No policy lost shuffle files or cached blocks with an executor: no work was repeated.",
	makespanOfArrivals:    "Makespan: applications arrive during {arriving:%.0f} s of the {makespan:%.0f} s under {policy}. The makespan depends on the arrivals more than on the policy.",
	tooFewRuns:            "{runs:run} are too few to say which differences are significant (docs/STATISTICS.md).",

	legendDifferences:   "Differences are to {base}, the first row. Every number is exact for this workload, cluster and seed; another day or seed gives other numbers.",
	legendSignificance:  "Significant differences to {base}: simultaneous 95 % intervals over {blocks}, which include the error of the model. `~`: not significant (the interval contains zero). docs/STATISTICS.md has the method.",
	legendColumns:       "Columns that are zero or unknown in every row are left out; CSV and JSON have all metrics. docs/METRICS.md has the formulas.",
	legendMisses:        "SLA misses: applications whose time from submission to end is longer than their deadline, of those that have one. Tardiness: time from the deadline to the end; 0 for an application in time. Slack left: the share of the deadline that is left; negative if the application is late.",
	legendWait:          "Queue wait: from when an application first wants an executor until the first one registers, and the wait of its driver for its place. Its parts are the time until the first executor is requested (place of the driver, backlog timeout), until it is granted (the manager's queue), and until it registers (start-up). Time in which no executor is wanted, such as a shell without a job, stands apart. Executor wait: executor-seconds that are requested, allowed by the application's own limits, and not granted.",
	legendUtilization:   "Cores held and busy: core-time held, and core-time in which tasks ran, of all cores of the cluster from the first submission to the last end. Efficiency: core-time in which tasks ran of core-time held.",
	legendSlowdown:      "Slowdown: turnaround over the critical path, which is the turnaround with unlimited executors that are already running. p50, p95: quantiles by definition R-7.",
	legendExecutorHours: "Executor-hours wasted: executor-hours held in which no task ran.",
	legendCauses:        "Turnaround by cause: each millisecond of a turnaround has one cause, found on the critical path from the end backwards. Waves: the part of the execution that waits for tasks of the same stage; more executors shorten it. Ramp-up time: from the first ready task until there are as many executors as its tasks can use. Executor time by cause: each core-millisecond held has one cause. The parts add up exactly.",
	legendLosses:        "Work repeated: tasks that ran a second time because an executor left with their shuffle output, and task time spent on computing cached blocks again. An application fails if Spark gives up one of its jobs, after four attempts in a row at a stage or because it refuses the settings; it misses its deadline.",

	legendAdvice: "> marks the advised policy, (now) the one in force. All figures are of one replay of the class's runs inside the advised fleet, as means over replicas that took no part in the search; misses have 95 % intervals that include the model's error. docs/ADVICE.md explains verdicts and confidence, docs/STATISTICS.md the method.",

	smallBudget:         "The search was limited to {budget} replays (--budget; by default {usual}): better settings of either kind may not have been found.",
	deadlinesInvented:   "Nobody gave deadlines. They are the default of this tool, {basis}, and no SLA. Give yours with --deadlines or --sla.",
	searchIsNotComplete: "A search tries some of all possible settings: a cheaper fleet may exist.",
	searchStopped:       "The search was stopped. The figures are means of the {replays:replay} with varied inputs by which these fleets were chosen, so they are optimistic.",
	searchChecked:       "The figures are means of up to {replays:replay} with varied inputs that the search did not use, so the choice does not make them optimistic.",
	searchPatterns:      "As written, the patterns of the fleets give some applications of {classes} the policy of another class; the replays did not. Name the classes with --class.",
	searchUntried:       "The budget was too small to tune {number:class} on its own: {classes}. Use a larger --budget or fewer classes (--class).",
	searchHindsight:     "H1 and so on are hindsight: policies that know the demand in advance. Hindsight is a reference, not a deployable policy and not a bound.",
	searchFreeClasses:   "Classes without deadlines: {classes}. \"slower\" is how much longer the class with the largest slowdown takes on average than under its recorded settings; a fleet may make it at most {percent} slower.",

	legendSelfReplay: "Each application is replayed alone with its recorded settings, on the cluster and with the times that its own log shows. Errors are (replayed - recorded) / recorded. The columns with names of causes add up to the error. It changes if the replay is given, one after the other, the recorded start-up times, the recorded times of tasks from launch to end (first tasks), and the recorded losses of executors (retries). What is left is divided by how much more time the replay spends than the log on failed and repeated runs of tasks (retries), on free slots beside waiting tasks (waits), and without tasks (driver). The rest is unexplained. The cause of an error above 5 % is the largest of these parts. \"of at least 6 s\": errors are divided by at least 6 s, of which 5 % are 0.3 s. A replay that fails counts as 100 %.",
	selfReplayLeft:   "{count:application} do not count in the summary: the log is not complete, or has no job (dynalloc inspect).",

	legendErrors:    "Errors are relative to the recording, job errors to at least 5 s of it and, under \"no floor\", to the recorded time however short; \"all jobs\" is the sum of their times. Median and p95 are of absolute errors; bias is the mean of signed errors.",
	legendBaselines: "copy predicts that a run looks like the recording it is predicted from; constant predicts the median of the workload's other recordings; repeats is how far runs with equal settings are apart.",
	legendWinner:    "winner: of all pairs of configurations whose real runs differ by more than twice the largest spread between repeats, how often the replay names the better one.",
}
