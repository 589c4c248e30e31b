package spark

import "strings"

// A Master is the value of spark.master, which names the cluster manager;
// empty where it is not known.
type Master string

// LocalMaster is the master URL of local mode.
const LocalMaster = "local"

// Local tells whether the driver is the only executor: there Spark ignores
// dynamic allocation. "local-cluster[...]" is not local.
func (m Master) Local() bool { return m == LocalMaster || strings.HasPrefix(string(m), "local[") }

// LocalCores is how many tasks run at a time in local mode, as "local[4]" and
// "local[4, 2]" say; 0 where it depends on the machine ("local[*]") or the mode is
// another one.
func (m Master) LocalCores() int {
	if m == LocalMaster {
		return 1
	}
	number, _, _ := strings.Cut(strings.TrimSuffix(strings.TrimPrefix(string(m), "local["), "]"), ",")
	n, err := ParseInt(strings.TrimSpace(number))
	if !m.Local() || err != nil || n < 1 {
		return 0
	}
	return n
}

// Standalone tells whether it is a standalone cluster, where an executor without
// a size of its own takes a whole worker.
func (m Master) Standalone() bool { return strings.HasPrefix(string(m), "spark://") }

// YARN tells whether it is YARN ("yarn-client" and "yarn-cluster" before 2.0).
func (m Master) YARN() bool { return m == "yarn" || strings.HasPrefix(string(m), "yarn-") }

// Kubernetes tells whether it is Kubernetes.
func (m Master) Kubernetes() bool { return strings.HasPrefix(string(m), "k8s:") }
