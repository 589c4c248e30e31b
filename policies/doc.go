// Package policies decides how many executors an application asks for, and which idle
// ones it gives back. Package replay models everything else: what the cluster grants,
// where executors run, and which task runs on which executor.
//
// # The contract
//
// A [Policy] runs in the driver of one application. It observes the events that Spark's
// listener bus would deliver ([Event]), in the order of the bus, and it acts through a
// [Client], which takes totals and lists of executors and does not guarantee that they
// are granted. It never sees the cluster. Its knowledge is counted from events, so it
// is wrong wherever Spark's counts are wrong. It does not see the future, because it
// gets no workload. The only exception is "hindsight", a reference that no driver can
// run. It is made by [Spec.Foresee] and not [Spec.Deployable].
//
//	Start    the driver has registered: request the first executors
//	Observe  something happened: count it
//	Tick     decide, and say when to be called again if nothing happens
//
// Ticks are at multiples of [Interval] after Start. The replay calls Tick at the first
// point of the grid after an event, and at the time that the last Tick returned. The
// policy promises that a tick in between would change nothing, which saves the replay
// almost all ticks.
//
// A policy does no I/O, reads no clock, starts no goroutine and draws no random
// number: the same events give the same requests.
//
// # The files, in reading order
//
//   - policy.go, reason.go: the contract, the events, and reasons for decisions
//   - kind.go: the table of policies; a [Kind] is one row of it
//   - spec.go, settings.go, check.go: a [Spec] is a policy with its settings: how it
//     is read, written and checked
//   - fleet.go, warnings.go: a [Fleet] gives each class of applications its spec
//   - properties.go, snippet.go, property_doc.go: Spark's properties as a spec, and back
//   - search.go: what advise and tune try
//   - rules.go: rules that changed between versions of Spark
//   - accounting.go, demand.go, hints.go, indexset.go: what a policy counts
//   - monitor.go, monitor_shuffle.go, hold.go: which executors are idle, and what
//     holds them
//   - spark.go, spark_kind.go, spark_search.go: Spark's dynamic allocation
//   - static.go: a fixed number of executors
//   - custom.go, sizing.go: simple policies, scripts among them
//   - hindsight.go: the reference policy, which knows the demand in advance
//
// # Spark's policy
//
// The policy "spark" is Spark's ExecutorAllocationManager (spark.go), its listener
// (demand.go) and its ExecutorMonitor (monitor.go), with the same effect as in
// Spark 3.5 to 4.3; [Rules] has what differs in older versions. The event scripts in
// testdata show what it does, case by case; testdata/oracle has the answers of
// Spark's own classes to the same events. Not modeled is the order in which Spark
// before 3.3 removes executors, that of a hash table.
//
// # Writing a policy
//
// The simplest policy is a type with one method, a [Sizer]: it sees what is needed
// and returns a number of executors. [Sized] makes a spec of it, and [Custom] of a
// type with all three methods of a Policy. Both are used like any other spec.
// Package policies/script reads a Sizer from a Starlark file. A policy with a name
// and settings of its own is a [Kind]: a row of the table here, or in a program of
// another module an argument of [Register].
package policies
