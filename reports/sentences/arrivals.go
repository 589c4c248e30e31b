package sentences

import "dynalloc/internal/note"

// arrivalsNotes are the sentences for the notes on what starts the jobs of a log.
var arrivalsNotes = map[note.Kind]string{
	"log-arrivals-given":          "--arrivals {arrivals} says how its jobs are started",
	"log-clock-starts":            "{jobs} of {of:job} belong to work that the clock starts",
	"log-stream-timed":            "{batches} micro-batches of a stream: one is due each {interval} and starts then, or when the one before ends if that is later",
	"log-stream-data":             "{batches} micro-batches of a stream without a trigger interval: each starts when the one before ends, but not before its recorded start, because its data may have come only then",
	"log-stream-backlog":          "{batches} micro-batches of a stream that stopped by itself: each starts when the one before ends, because all of its data was waiting",
	"log-series-by-clock":         "{statements:statement} started by the clock, in {series} series (one for each {by}): one each {period} within {jitter}, whereas the pause after the job before is {pause} within {spread} (median deviations); --arrivals closed overrides it",
	"log-series-perhaps-by-clock": "{statements:statement} probably started by the clock, in {series} series (one for each {by}): one each {period} within {jitter}; the evidence is weak ({bits:%.0f} bits), because the pause after the job before, {pause}, varies by only {spread} (median deviations); --arrivals closed overrides it",
	"log-sessions":                "{jobs:job} of {sessions:%d} independent sessions ({kind}): each waits only for its own session, and the first of each session comes at its recorded time",
	"log-still-running":           "work that the clock starts and stops: it is judged over the {window} of its log, which needs no end",

	"windows-of-clock":         "{count} of {of} applications are stopped by the clock and not by their work, so that their turnaround is about the window of their log under every policy. Their deadline bounds their response instead: the 95 % quantile of the latencies of their micro-batches, queries or jobs.",
	"batches-without-deadline": "The micro-batches of {count:application} have no deadline of their own. A line with a stream in --deadlines gives them one, as in \"stream,deadline\" and \"*,10s\".",
}
