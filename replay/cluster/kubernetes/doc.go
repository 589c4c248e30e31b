// Package kubernetes models Spark on Kubernetes as a [manager.Manager]: Spark's
// own allocator of executor pods, kube-scheduler, resource quotas, queue
// admission as in Kueue, gangs as in YuniKorn, the cluster autoscaler and spot
// nodes. What is modeled, from which document each rule and number comes, and
// what is left out is in docs/KUBERNETES.md.
//
// A pod goes through these stages, all of them at one instant if nothing holds
// it up:
//
//	Spark's allocator creates it      allocator.go  one batch in each round, within the namespace's quota
//	Kueue admits it                   kueue.go      if a cluster queue is over its namespace
//	kube-scheduler binds it           scheduler.go  by priority, then time; or preempts for it
//	the cluster autoscaler finds it   autoscaler.go if no node has room
//
// Nothing here was held against a real cluster; see [Note].
package kubernetes

// Note is to be said with each result of a replay on Kubernetes.
const Note = "modelled, not validated against a real cluster"
