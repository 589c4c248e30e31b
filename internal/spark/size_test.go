package spark_test

import (
	"testing"

	"dynalloc/internal/spark"
)

// Applications of several kinds submit a driver. What each takes follows from
// its properties, its version and the overhead rule of its cluster manager.
func TestDriverSize(t *testing.T) {
	common := spark.OverheadRule{}
	for _, driver := range []struct {
		name       string
		rule       spark.OverheadRule
		version    string
		properties spark.Properties
		want       spark.DriverSize
	}{
		{"nothing is set", common, "", nil, spark.DriverSize{1, 1024, 384}},
		{"a large heap takes a tenth more", common, "", spark.Properties{"spark.driver.memory": "10g", "spark.driver.cores": "2"}, spark.DriverSize{2, 10240, 1024}},
		{"Python on YARN is as the JVM", common, "", spark.Properties{"spark.driver.memory": "10g", "spark.kubernetes.resource.type": "python"}, spark.DriverSize{1, 10240, 1024}},
		{"Python on Kubernetes takes two fifths", spark.Kubernetes, "", spark.Properties{"spark.driver.memory": "10g", "spark.kubernetes.resource.type": "python"}, spark.DriverSize{1, 10240, 4096}},
		{"R on Kubernetes as well", spark.Kubernetes, "", spark.Properties{"spark.driver.memory": "10g", "spark.kubernetes.resource.type": "r"}, spark.DriverSize{1, 10240, 4096}},
		{"Java on Kubernetes does not", spark.Kubernetes, "", spark.Properties{"spark.driver.memory": "10g", "spark.kubernetes.resource.type": "java"}, spark.DriverSize{1, 10240, 1024}},
		{"Kubernetes' own factor replaces both", spark.Kubernetes, "", spark.Properties{"spark.driver.memory": "10g", "spark.kubernetes.resource.type": "python", "spark.kubernetes.memoryOverheadFactor": "0.2"}, spark.DriverSize{1, 10240, 2048}},
		{"YARN does not know that factor", common, "", spark.Properties{"spark.driver.memory": "10g", "spark.kubernetes.memoryOverheadFactor": "0.2"}, spark.DriverSize{1, 10240, 1024}},
		{"the common factor counts before that of Kubernetes", spark.Kubernetes, "3.3", spark.Properties{"spark.driver.memory": "10g", "spark.kubernetes.memoryOverheadFactor": "0.2", "spark.driver.memoryOverheadFactor": "0.3"}, spark.DriverSize{1, 10240, 3072}},
		{"Spark 3.2 does not know the common factor", common, "3.2.4", spark.Properties{"spark.driver.memory": "10g", "spark.driver.memoryOverheadFactor": "0.3"}, spark.DriverSize{1, 10240, 1024}},
		{"a percentage is no factor", common, "", spark.Properties{"spark.driver.memory": "10g", "spark.driver.memoryOverheadFactor": "100"}, spark.DriverSize{1, 10240, 1024}},
		{"Spark 4.0 has a minimum that can be set", common, "4.0.0", spark.Properties{"spark.driver.minMemoryOverhead": "1g"}, spark.DriverSize{1, 1024, 1024}},
		{"Spark 3.5 has not", common, "3.5.1", spark.Properties{"spark.driver.minMemoryOverhead": "1g"}, spark.DriverSize{1, 1024, 384}},
		{"an overhead that is set replaces every rule", spark.Kubernetes, "", spark.Properties{"spark.driver.memoryOverhead": "100", "spark.kubernetes.resource.type": "python"}, spark.DriverSize{1, 1024, 100}},
		{"its name before 2.3", common, "2.2.0", spark.Properties{"spark.yarn.driver.memoryOverhead": "700"}, spark.DriverSize{1, 1024, 700}},
		{"what cannot be read is not set", common, "", spark.Properties{"spark.driver.memory": "lots", "spark.driver.cores": "-1", "spark.driver.memoryOverhead": "0"}, spark.DriverSize{1, 1024, 384}},
	} {
		if got := driver.rule.DriverSize(driver.properties, spark.ParseVersion(driver.version)); got != driver.want {
			t.Errorf("%s: %+v, want %+v", driver.name, got, driver.want)
		}
	}
}

// In client mode YARN's application master is small and has settings of its own;
// those of the driver do not count.
func TestMasterSize(t *testing.T) {
	small := spark.MasterSize(spark.Properties{"spark.driver.memory": "10g", "spark.driver.cores": "4"})
	if want := (spark.DriverSize{1, 512, 384}); small != want {
		t.Errorf("by default %+v, want %+v", small, want)
	}
	set := spark.MasterSize(spark.Properties{"spark.yarn.am.memory": "6g", "spark.yarn.am.cores": "2"})
	if want := (spark.DriverSize{2, 6144, 614}); set != want {
		t.Errorf("with 6 GiB %+v, want %+v", set, want)
	}
	if got := spark.MasterSize(spark.Properties{"spark.yarn.am.memoryOverhead": "1g"}).MemoryMB(); got != 1536 {
		t.Errorf("with 1 GiB beside the heap %d MiB, want 1536", got)
	}
}

// An executor takes its heap, what Spark adds to it, off-heap memory and that of
// its Python workers.
func TestExecutorSize(t *testing.T) {
	for _, executor := range []struct {
		name       string
		properties spark.Properties
		want       spark.ExecutorSize
	}{
		{"nothing is set: the cores are open, the heap is what the caller knows", nil, spark.ExecutorSize{0, 1, 2048, 384}},
		{"sizes are set", spark.Properties{"spark.executor.cores": "4", "spark.task.cpus": "2", "spark.executor.memory": "8g"}, spark.ExecutorSize{4, 2, 8192, 819}},
		{"an overhead is set", spark.Properties{"spark.executor.memoryOverhead": "2g"}, spark.ExecutorSize{0, 1, 2048, 2048}},
		{"its name before 2.3", spark.Properties{"spark.yarn.executor.memoryOverhead": "500"}, spark.ExecutorSize{0, 1, 2048, 500}},
		{"Kubernetes writes the factor of a Python application to the log", spark.Properties{"spark.executor.memory": "10g", "spark.kubernetes.memoryOverheadFactor": "0.4"}, spark.ExecutorSize{0, 1, 10240, 4096}},
		{"the executors' own factor counts before it", spark.Properties{"spark.executor.memory": "10g", "spark.kubernetes.memoryOverheadFactor": "0.4", "spark.executor.memoryOverheadFactor": "0.2"}, spark.ExecutorSize{0, 1, 10240, 2048}},
		{"Python on Kubernetes whose log has no factor", spark.Properties{"spark.executor.memory": "10g", "spark.kubernetes.resource.type": "python"}, spark.ExecutorSize{0, 1, 10240, 4096}},
		{"off-heap memory, of which a bare number is bytes", spark.Properties{"spark.memory.offHeap.enabled": "TRUE", "spark.memory.offHeap.size": "1073741824"}, spark.ExecutorSize{0, 1, 2048, 384 + 1024}},
		{"off-heap memory that is not switched on", spark.Properties{"spark.memory.offHeap.size": "1g"}, spark.ExecutorSize{0, 1, 2048, 384}},
		{"Python workers, of which a bare number is MiB", spark.Properties{"spark.executor.pyspark.memory": "512"}, spark.ExecutorSize{0, 1, 2048, 384 + 512}},
		{"an exabyte is a mistake", spark.Properties{"spark.executor.memory": "2000000t"}, spark.ExecutorSize{0, 1, 2048, 384}},
	} {
		if got := spark.ExecutorSizeOf(executor.properties, spark.Version{}, 2048); got != executor.want {
			t.Errorf("%s: %+v, want %+v", executor.name, got, executor.want)
		}
	}
	profile := spark.Properties{"spark.executor.memoryOverhead": "2g", "spark.executor.pyspark.memory": "100m"}
	if got := profile.ExecutorOverheadMB(spark.Version{}, 4096, 700); got != 800 {
		t.Errorf("a resource profile with an overhead of its own: %d MiB, want 800", got)
	}
}
