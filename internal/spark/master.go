package spark

import "strings"

// A Master is the value of spark.master, which names the cluster manager;
// empty where it is not known.
type Master string

// Local tells whether the driver is the only executor: there Spark ignores
// dynamic allocation. "local-cluster[...]" is not local.
func (m Master) Local() bool { return m == "local" || strings.HasPrefix(string(m), "local[") }

// Standalone tells whether it is a standalone cluster, where an executor without
// a size of its own takes a whole worker.
func (m Master) Standalone() bool { return strings.HasPrefix(string(m), "spark://") }

// YARN tells whether it is YARN ("yarn-client" and "yarn-cluster" before 2.0).
func (m Master) YARN() bool { return m == "yarn" || strings.HasPrefix(string(m), "yarn-") }

// Kubernetes tells whether it is Kubernetes.
func (m Master) Kubernetes() bool { return strings.HasPrefix(string(m), "k8s:") }
