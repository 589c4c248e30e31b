// Package policies decides how many executors an application asks for, and
// which idle ones it gives back. Nothing else: what the cluster grants, where
// executors run and which task takes which slot is the business of package
// replay.
//
// # The contract
//
// A [Policy] is what runs in the driver of one application. It hears the events
// that Spark's listener bus would bring it ([Event], in the bus's order), it is
// asked at ticks, and it acts through a [Client], which takes totals and lists of
// executors and promises nothing. It never sees the cluster: what it believes,
// it has counted from events, and where Spark's counts are wrong so are its own.
// It cannot see the future either, for it gets no workload. One policy can,
// "hindsight": it is a reference and no driver can run it, so it is made through
// a door of its own, [Spec.Foresee], and says of itself that it is not
// [Spec.Deployable].
//
//	Start    the driver has registered: ask for the first executors
//	Observe  something happened: count
//	Tick     decide; say when to be asked again if nothing happens
//
// Ticks stand on a grid of [Interval] counted from Start. The replay asks at the
// first point of it after an event, and at the time that the last Tick
// returned; in between a tick would change nothing, which is a promise of the
// policy and saves the replay almost all of its ticks.
//
// A policy does no I/O, reads no clock, starts no goroutine and draws no random
// number: the same events give the same requests.
//
// # Choosing one
//
// A [Spec] names a policy with its settings: Parse reads "spark,idle=10s,max=6",
// [FromProperties] takes Spark's own properties, [ParseConf] a
// spark-defaults.conf file. What Spark refuses is refused, under Spark's name of
// the setting. A [Fleet] gives each class of applications its own spec.
// [Builtin] lists what can be named, with every setting; it is where the help of
// the command comes from.
//
// # Spark's policy
//
// The policy "spark" is Spark's ExecutorAllocationManager (spark.go), its
// listener (demand.go) and its ExecutorMonitor (monitor.go), exact in effect
// for Spark 3.5 to 4.3; [Rules] holds what differs before. The event scripts in
// testdata show what it does, case by case; testdata/oracle holds what Spark's
// own classes did with the same events. Not modeled: locality hints, which of
// the managers only YARN reads, and the order of removal before Spark 3.3, which
// was that of a hash table.
//
// # Writing one
//
// The simplest is a type with one method, a [Sizer]: it sees what is needed and
// says how many executors it wants; [Sized] makes a spec of it, which is then a
// candidate like any other. A policy with all three methods becomes one by
// [Own]. Package policies/script reads a Sizer from a file, for those who do not
// write Go. To give a policy a name of its own, add it to Builtin, with its
// settings, and to Spec.New, and write down what it does as an event script.
package policies
