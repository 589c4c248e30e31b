// Package kubernetes models Spark on Kubernetes as a [manager.Manager]: Spark's
// own allocator of executor pods, kube-scheduler, resource quotas, queue
// admission as in Kueue, gangs as in YuniKorn, the cluster autoscaler and spot
// nodes. docs/KUBERNETES.md says what is modeled, from which document each rule and
// number comes, and what is left out.
//
// A pod goes through these stages, all of them at one instant if nothing holds
// it up:
//
//	Spark's allocator creates it      allocator.go   one batch in each round, within the namespace's quota
//	Kueue admits it                   kueue.go       if a cluster queue is responsible for its namespace
//	kube-scheduler binds it           scheduler.go   by priority, then time; or preempts for it
//	the cluster autoscaler sees it    autoscaler.go  if no node has room
//
// Files in reading order:
//
//	options.go     the options of a cluster, as they are written in YAML
//	quantity.go    amounts of processors and memory
//	check.go       validation of options
//	manager.go     the state, the events and the order of a step
//	app.go         applications, and whether their pods could ever be placed
//	pod.go         pods, and the quotas of namespaces
//	group.go       waiting pods and workloads that are alike
//	node.go        nodes, node pools and spot nodes
//	class.go       nodes that are alike, to place pods
//	allocator.go   Spark's allocator of executor pods
//	rounds.go      which allocators have something to do
//	kueue.go       cluster queues and admission
//	reclaim.go     preemption between workloads of cluster queues
//	scheduler.go   kube-scheduler
//	preempt.go     preemption by priority
//	gang.go        placeholders for gangs
//	autoscaler.go  the cluster autoscaler
//
// Nothing here was compared with a real cluster; see [Note].
package kubernetes

// Note must be shown with each result of a replay on Kubernetes.
const Note = "modelled, not validated against a real cluster"
