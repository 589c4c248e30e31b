// Package capacity is YARN's capacity scheduler, in its legacy queue mode, for requests
// that name no node or rack. Queues form a tree; each has a guaranteed part of every
// partition of the cluster (the nodes of one node label) and may use more up to its
// maximum. A node is offered first to the queue that uses the smallest part of its
// guarantee. docs/YARN.md says what is modeled.
//
// Source: org.apache.hadoop.yarn.server.resourcemanager.scheduler.capacity and
// ...monitor.capacity of Hadoop 3.4; comments name the classes and methods there.
//
// Files in reading order:
//
//	config.go           the configuration: what concerns all queues
//	config_queue.go     the configuration of one queue
//	config_shares.go    capacities of queues: percent, weights or absolute resources
//	scheduler.go        the calls of the interface
//	queue.go            the tree of queues, and the order in which they are served
//	shares.go           what queues are guaranteed of each partition
//	limits.go           how much a queue may get now
//	leaf.go             queues of applications: their order, and which of them is offered a node
//	activate.go         which applications may start
//	hungry.go           applications that want containers, in lines
//	again.go            reservations that are made again in each heartbeat, which are counted
//	users.go            users of a queue, and how much each may use
//	app.go              applications: requests and containers
//	allocate.go         what an application does with a node that it is offered
//	useful.go           which heartbeats may have an effect
//	commit.go           assigns, reserves and ends containers
//	preempt.go          a round of preemption: what is marked and killed
//	preempt_ideal.go    the ideal allocation of every queue
//	preempt_select.go   which containers are preempted
//	preempt_apps.go     preemption between the applications of a queue
package capacity
