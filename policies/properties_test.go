package policies

import (
	"strings"
	"testing"
)

// The same properties are another spec in another version and with another master.
func TestFromProperties(t *testing.T) {
	for _, c := range []struct {
		name  string
		props string // blank-separated key=value, without "spark."
		app   AppInfo
		want  string
	}{
		{name: "dynamic with the service",
			props: "dynamicAllocation.enabled=true shuffle.service.enabled=true dynamicAllocation.executorIdleTimeout=10s dynamicAllocation.maxExecutors=10 executor.cores=2 executor.memory=512m",
			app:   AppInfo{SparkVersion: "4.1.4", Master: "spark://host:7077"},
			want:  "spark,idle=10s,max=10,cores=2,memory=512m"},
		{name: "tracking is the default since 3.4",
			props: "dynamicAllocation.enabled=true dynamicAllocation.shuffleTracking.timeout=15s",
			app:   AppInfo{SparkVersion: "3.4.0"},
			want:  "spark,shuffle=tracking,tracking-timeout=15s"},
		{name: "before it was not, so a log that ran so is marked",
			props: "dynamicAllocation.enabled=true",
			app:   AppInfo{SparkVersion: "3.3.2"},
			want:  "spark,shuffle=none"},
		{name: "a bare shuffle timeout is in milliseconds, others in seconds",
			props: "dynamicAllocation.enabled=true dynamicAllocation.shuffleTracking.timeout=1500 dynamicAllocation.executorIdleTimeout=30",
			want:  "spark,idle=30s,shuffle=tracking,tracking-timeout=1500ms"},
		{name: "decommission with migration instead of tracking",
			props: "dynamicAllocation.enabled=true dynamicAllocation.shuffleTracking.enabled=false decommission.enabled=true storage.decommission.enabled=true",
			app:   AppInfo{SparkVersion: "3.5.0"},
			want:  "spark,shuffle=decommission"},
		{name: "before 3.4 shuffle files were moved only if asked for",
			props: "dynamicAllocation.enabled=true shuffle.service.enabled=true decommission.enabled=true storage.decommission.enabled=true",
			app:   AppInfo{SparkVersion: "3.3.0"},
			want:  "spark,decommission=true"},
		{name: "Celeborn as its manual says",
			props: "dynamicAllocation.enabled=true dynamicAllocation.shuffleTracking.enabled=false shuffle.service.enabled=false " + celeborn,
			app:   AppInfo{SparkVersion: "3.5.1"},
			want:  "spark,shuffle=remote"},
		{name: "Uniffle's manager alone, in a build of Spark that accepts it",
			props: "dynamicAllocation.enabled=true shuffle.manager=org.apache.spark.shuffle.RssShuffleManager",
			app:   AppInfo{SparkVersion: "3.3.2"},
			want:  "spark,shuffle=remote"},
		{name: "a manager that nobody knows, without anything else: Spark would not have started if it kept no files",
			props: "dynamicAllocation.enabled=true dynamicAllocation.shuffleTracking.enabled=false shuffle.manager=com.acme.CoolShuffleManager",
			app:   AppInfo{SparkVersion: "3.5.1"},
			want:  "spark,shuffle=remote"},
		{name: "a manager that nobody knows beside tracking: it may keep files or not",
			props: "dynamicAllocation.enabled=true shuffle.manager=com.acme.CoolShuffleManager",
			app:   AppInfo{SparkVersion: "3.5.1"},
			want:  "spark,shuffle=tracking"},
		{name: "a manager that is known to write to local disks",
			props: "dynamicAllocation.enabled=true dynamicAllocation.shuffleTracking.enabled=false shuffle.manager=com.nvidia.spark.rapids.spark331.RapidsShuffleManager",
			app:   AppInfo{SparkVersion: "3.3.1"},
			want:  "spark,shuffle=none"},
		{name: "Celeborn beside tracking, which is the default",
			props: "dynamicAllocation.enabled=true " + celeborn,
			app:   AppInfo{SparkVersion: "3.5.1"},
			want:  "spark,service=false,remote=true"},
		{name: "Celeborn beside the service",
			props: "dynamicAllocation.enabled=true shuffle.service.enabled=true " + celeborn,
			want:  "spark,remote=true"},
		{name: "a static application with Celeborn", props: "executor.instances=5 master=yarn " + celeborn, want: "static,n=5,remote=true"},
		{name: "instances raise the initial target",
			props: "dynamicAllocation.enabled=true dynamicAllocation.initialExecutors=2 executor.instances=5",
			want:  "spark,initial=5,shuffle=tracking"},
		{name: "sustained follows backlog",
			props: "dynamicAllocation.enabled=true dynamicAllocation.schedulerBacklogTimeout=5s",
			want:  "spark,backlog=5s,shuffle=tracking"},
		{name: "static on standalone is what the cores have room for",
			props: "cores.max=9 executor.cores=2 executor.instances=7",
			app:   AppInfo{Master: "spark://host:7077", PeakExecutors: 3},
			want:  "static,n=4,cores=2,cores-max=9"},
		{name: "static on standalone without executor cores is what was seen",
			props: "cores.max=9",
			app:   AppInfo{Master: "spark://host:7077", PeakExecutors: 3},
			want:  "static,n=3,cores-max=9"},
		{name: "static on YARN is 2 by default", app: AppInfo{Master: "yarn", PeakExecutors: 7}, want: "static,n=2"},
		{name: "static on Kubernetes", props: "executor.instances=5", app: AppInfo{Master: "k8s://https://host"}, want: "static,n=5"},
		{name: "local mode has no dynamic allocation",
			props: "dynamicAllocation.enabled=true master=local[4]", app: AppInfo{PeakExecutors: 3}, want: "static,n=1"},
		{name: "a size that nobody knows is one executor, so that tasks can run", want: "static,n=1"},
		{name: "local-cluster has",
			props: "dynamicAllocation.enabled=TRUE master=local-cluster[2,1,1024]", want: "spark,shuffle=tracking"},
	} {
		t.Run(c.name, func(t *testing.T) {
			s, err := FromProperties(propertiesOf(c.props), c.app)
			if err != nil || s.String() != c.want {
				t.Errorf("it is %s, %v; want %s", s, err, c.want)
			}
		})
	}
}

// celeborn is how Apache Celeborn is set for Spark 3.5 and later.
const celeborn = "shuffle.manager=org.apache.spark.shuffle.celeborn.SparkShuffleManager " +
	"shuffle.sort.io.plugin.class=org.apache.spark.shuffle.celeborn.CelebornShuffleDataIO"

func TestFromPropertiesRefuses(t *testing.T) {
	for props, problem := range map[string]string{
		"dynamicAllocation.enabled=maybe":                                                   `spark.dynamicAllocation.enabled: "maybe" is neither true nor false`,
		"dynamicAllocation.enabled=true dynamicAllocation.minExecutors=few":                 `spark.dynamicAllocation.minExecutors: "few" is not a whole number`,
		"dynamicAllocation.enabled=true executor.instances=few":                             `spark.executor.instances: "few" is not a whole number`,
		"dynamicAllocation.enabled=true dynamicAllocation.executorIdleTimeout=long":         `spark.dynamicAllocation.executorIdleTimeout: "long" is not a time`,
		"dynamicAllocation.enabled=true dynamicAllocation.executorAllocationRatio=all":      `spark.dynamicAllocation.executorAllocationRatio: "all" is not a number`,
		"dynamicAllocation.enabled=true shuffle.service.enabled=1.0":                        `spark.shuffle.service.enabled: "1.0" is neither true nor false`,
		"dynamicAllocation.enabled=true dynamicAllocation.schedulerBacklogTimeout=500ms":    "spark.dynamicAllocation.schedulerBacklogTimeout must be at least 1s",
		"dynamicAllocation.enabled=true storage.decommission.shuffleBlocks.enabled=perhaps": "spark.storage.decommission.shuffleBlocks.enabled",
		"executor.memory=much": `spark.executor.memory: "much" is not a size`,
	} {
		if s, err := FromProperties(propertiesOf(props), AppInfo{PeakExecutors: 1}); err == nil || !strings.Contains(err.Error(), problem) {
			t.Errorf("%s is read as %v, %v; want %q", props, s, err, problem)
		}
	}
}

func propertiesOf(text string) map[string]string {
	props := map[string]string{}
	for field := range strings.FieldsSeq(text) {
		key, value, _ := strings.Cut(field, "=")
		props["spark."+key] = value
	}
	return props
}

// A conf file is read as Java's Properties read it: with any separator, comments and
// continued lines; the last of two values counts.
func TestParseConf(t *testing.T) {
	const conf = `# production
! also a comment
spark.dynamicAllocation.enabled   true
spark.dynamicAllocation.maxExecutors=9
spark.dynamicAllocation.maxExecutors: 6   
spark.shuffle.service.enabled \
    true
spark.app.name ${HOME}
`
	s, err := ParseConf(strings.NewReader(conf), "prod.conf")
	if err != nil || s.String() != "spark,max=6" {
		t.Errorf("it is %s, %v", s, err)
	}
	for conf, problem := range map[string]string{
		"": "prod.conf: the number of executors is not given",
		"spark.dynamicAllocation.enabled true\nspark.dynamicAllocation.maxExecutors 0":                "prod.conf: spark.dynamicAllocation.maxExecutors is 0",
		"spark.dynamicAllocation.enabled true\nspark.dynamicAllocation.shuffleTracking.enabled false": "prod.conf: dynamic allocation needs one of",
		"spark.dynamicAllocation.enabled true\nspark.decommission.enabled true\n" +
			"spark.dynamicAllocation.shuffleTracking.enabled false\n" +
			"spark.storage.decommission.shuffleBlocks.enabled false": "prod.conf: dynamic allocation needs one of",
		"spark.dynamicAllocation.enabled true\nspark.dynamicAllocation.shuffleTracking.enabled false\n" +
			"spark.shuffle.manager org.apache.spark.shuffle.RssShuffleManager": "or a plug-in of a remote shuffle service in spark.shuffle.sort.io.plugin.class",
		`spark.app.name \u12`: "prod.conf: ",
	} {
		if s, err := ParseConf(strings.NewReader(conf), "prod.conf"); err == nil || !strings.Contains(err.Error(), problem) {
			t.Errorf("%q is read as %v, %v; want %q", conf, s, err, problem)
		}
	}
}

// A spec written as a conf file is read back as the same spec.
func TestConf(t *testing.T) {
	for _, text := range []string{
		"static,n=4,cores=2", "spark", "spark,idle=10s,max=6,min=1,initial=2", "spark,backlog=5s,sustained=1s,ratio=0.5",
		"spark,shuffle=tracking,tracking-timeout=1500ms,cached=9s", "spark,shuffle=decommission", "spark,fetch-rdd=true",
		"spark,decommission=true,cores=2,memory=512m,cores-max=8", "spark,shuffle=remote", "static,n=4,cores=2,remote=true",
	} {
		s, err := Parse(text)
		if err != nil {
			t.Fatal(err)
		}
		if again, err := ParseConf(strings.NewReader(s.Conf()), "conf"); err != nil || again != s {
			t.Errorf("%s is written\n%s and read back as %s, %v", s, s.Conf(), again, err)
		}
	}
	if text := Recorded().Conf(); text != "" {
		t.Errorf("recorded is written %q", text)
	}
}

func TestRulesOf(t *testing.T) {
	for version, want := range map[string]bool{
		"3.5.0": true, "3.4.9": false, "2.4.8": false, "4.1.4": true, "4.10.0": true, "3.5.1-amzn-0": true, "": true, "16.4": true,
	} {
		if got := RulesOf(version).MaxTimeout; got != want {
			t.Errorf("%q: %v", version, got)
		}
	}
}
