// Package fair is YARN's fair scheduler. Queues form a tree; each queue divides its
// fair share among its children or applications, by weight and within a minimum and a
// maximum, and a node is offered first to the one that is furthest below its share.
//
// The scheduler assigns by the demands and fair shares that the last round of its
// update thread counted, so Preempt must be called regularly even if preemption is
// off: each [Config.UpdateInterval], and at least once after each submission.
//
// Source: org.apache.hadoop.yarn.server.resourcemanager.scheduler.fair of Hadoop 3.4;
// comments name the classes there.
//
// Files in reading order:
//
//	config.go       the configuration, and its defaults
//	read.go         reads a fair-scheduler.xml
//	limit.go        reads a resource in it
//	site.go         reads a yarn-site.xml
//	placement.go    the rules that find an application's queue
//	scheduler.go    the calls of the interface
//	queue.go        the tree of queues: demand, shares, assignment
//	running.go      how many applications of a queue or user may run
//	app.go          applications: requests, containers, reservations
//	node.go         nodes
//	listed.go       applications that want containers, in lines
//	wanted.go       the sizes that are asked for, to find nodes that none could use
//	schedulable.go  what shares a queue's resources, and how a total is divided
//	policy.go       the scheduling policies, and the order in which a node is offered
//	useful.go       which heartbeats may have an effect
//	preempt.go      a round of the update thread: starvation, containers to kill
package fair
