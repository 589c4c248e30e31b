#!/bin/bash
# Records real Spark runs of sleeping workloads on a standalone cluster that it starts on loopback and stops again.
#
#   record.sh list             what can be recorded, and with which Spark
#   record.sh NAME...          record these, as in steps/ess10
#   record.sh all              record all that this Spark is meant for
#
# A recording goes to OUT/NAME (OUT: out/recordings). Needs Java 17, zstd, and SPARK_HOME, the folder of an installed Spark;
# an installed pyspark package will do. README.md tells the rest.
set -euo pipefail

here=$(cd "$(dirname "$0")" && pwd)
out=${OUT:-out/recordings}
port=${RECORDER_PORT:-17077}              # of the master; the others follow from it
pids=()                                   # of the daemons started here: the master, then the workers

fail() { echo "record.sh: $*" >&2; exit 1; }

# rows prints the lines of recordings.tsv: name, Spark version, nodes, cores and memory of each, mishap.
rows() { grep -v '^#' "$here/recordings.tsv"; }

# row prints the line of one recording.
row() { rows | awk -v name="$1" '$1 == name' | grep . || fail "no recording is named $1; see: record.sh list"; }

# spark_version reads the version from the name of a jar, which every distribution has.
spark_version() { basename "$SPARK_HOME"/jars/spark-core_*.jar .jar | sed 's/.*-//'; }

# wait_for FILE WORDS SECONDS waits until a line of a daemon's log has the words.
wait_for() {
  for ((i = 0; i < $3 * 5; i++)); do grep -qs -- "$2" "$1" && return; sleep 0.2; done
  fail "no \"$2\" in $1 after $3 s"
}

# executors_of prints the processes of a worker's executors, or of one executor: only children of a worker started here.
executors_of() { pgrep -P "$1" -f -- "CoarseGrainedExecutorBackend.*--executor-id ${2:-[0-9]*} " || true; }

start_cluster() { # nodes, cores of each, memory of each
  SPARK_LOCAL_IP=127.0.0.1 "$SPARK_HOME/bin/spark-class" org.apache.spark.deploy.master.Master \
    --host 127.0.0.1 --port "$port" --webui-port $((port + 100)) >"$state/master.log" 2>&1 &
  pids=($!)
  wait_for "$state/master.log" "New state: ALIVE" 60
  for ((n = 1; n <= $1; n++)); do
    # Nodes are addresses of loopback, and each has a shuffle service of its own. Executors learn its port from the
    # environment, which they inherit from their worker: as a Spark property it would be the same on all nodes.
    JAVA_TOOL_OPTIONS="-Dspark.shuffle.service.port=$((port + 300 + n))" SPARK_LOCAL_IP=127.0.0.$n \
      SPARK_WORKER_OPTS="-Dspark.shuffle.service.enabled=true" "$SPARK_HOME/bin/spark-class" org.apache.spark.deploy.worker.Worker \
      --host "127.0.0.$n" --port $((port + 200 + n)) --webui-port $((port + 100 + n)) -c "$2" -m "$3" -d "$state/work$n" \
      "spark://127.0.0.1:$port" >"$state/worker$n.log" 2>&1 &
    pids+=($!)
  done
  for ((n = 1; n <= $1; n++)); do wait_for "$state/worker$n.log" "Successfully registered with master" 60; done
}

# stop_cluster ends what start_cluster started: workers first, which end their executors, then the master.
stop_cluster() {
  for ((i = ${#pids[@]} - 1; i >= 0; i--)); do
    { kill "${pids[i]}" && wait "${pids[i]}"; } 2>/dev/null || true
  done
  pids=()
  rm -rf "$state"/work[0-9]*
}

# submit runs one application with client options, a workload and Spark properties from a file.
submit() { # workload, properties file, folder of the event log, options of the executors' Java
  local args=() key value
  while read -r key value; do
    if [[ $key == spark.* ]]; then args+=(--conf "$key=$value"); fi
  done <"$2"
  SPARK_LOCAL_IP=127.0.0.1 SPARK_USER=spark timeout 300 "$SPARK_HOME/bin/spark-submit" --master "spark://127.0.0.1:$port" --class SleepApp \
    --driver-memory 512m --executor-memory 512m --conf spark.driver.host=127.0.0.1 --conf spark.executor.cores=2 \
    --conf spark.ui.enabled=false --conf spark.ui.showConsoleProgress=false \
    --conf spark.eventLog.enabled=true --conf "spark.eventLog.dir=file://$3" --conf spark.eventLog.compress=false --conf spark.eventLog.rolling.enabled=false \
    --conf "spark.executor.extraJavaOptions=-XX:TieredStopAtLevel=1 -XX:+UseSerialGC $4" "${args[@]}" "$state/sleepapp.jar" "$1"
}

# prepare compiles the application and makes the class-data archive that makes executors start fast.
prepare() {
  mkdir -p "$state"
  if [ ! "$state/sleepapp.jar" -nt "$here/SleepApp.java" ]; then
    rm -rf "$state/classes" && mkdir "$state/classes"
    javac -nowarn -cp "$SPARK_HOME/jars/*" -d "$state/classes" "$here/SleepApp.java" 2>"$state/javac.log" || { cat "$state/javac.log" >&2; exit 1; }
    jar cf "$state/sleepapp.jar" -C "$state/classes" .
  fi
  if [ ! -f "$state/executor.jsa" ]; then
    echo "making the class-data archive for Spark $version" >&2
    rm -rf "$state/warmup" && mkdir "$state/warmup"
    start_cluster 1 2 2g
    submit "$here/workloads/small.json" "$here/configurations/static1.conf" "$state/warmup" "-XX:ArchiveClassesAtExit=$state/executor.jsa" >"$state/warmup.log" 2>&1 \
      || fail "the warm-up failed; see $state/warmup.log"
    for ((i = 0; i < 60; i++)); do [ ! -f "$state/executor.jsa" ] || break; sleep 0.5; done
    stop_cluster
  fi
}

# mishap does what recordings.tsv says: kill-executor:ID@SECONDS or kill-node:N@SECONDS, counted from the registration of the
# executor, or of the first one on the node. A node dies at once, with its executors and its shuffle service.
mishap() { # what, folder of the event log
  local what=${1%%:*} which=${1#*:} seconds=${1#*@} of p worker
  which=${which%@*}
  case $what in
  kill-executor) of="\"Executor ID\":\"$which\"" ;;
  kill-node) of="\"Host\":\"127.0.0.$which\"" ;;
  *) fail "no mishap is named $what" ;;
  esac
  until grep -qs "ExecutorAdded\".*$of" "$2"/app-*; do sleep 0.1; done
  sleep "$seconds"
  case $what in
  kill-executor) for worker in "${pids[@]:1}"; do for p in $(executors_of "$worker" "$which"); do kill -KILL "$p"; done; done ;;
  kill-node) kill -KILL "${pids[which]}" $(executors_of "${pids[which]}") ;;
  esac
}

# publish replaces what names this machine or its user in an event log, leaves out the properties of Hadoop and the class path
# (half of a small log), and compresses it.
publish() { # log, folder
  mkdir -p "$2"
  rm -f "$2"/app-*.zstd
  sed -e "s#$state#/srv/recorder#g" -e "s#$here#/srv/recorder#g" -e "s#$SPARK_HOME#/opt/spark#g" -e "s#$HOME/#/home/spark/#g" -e "s#$PWD#/srv/recorder#g" \
    -e "s#\b$(hostname)\b#localhost#g" -e 's#"user\.\(home\|dir\|name\)":"[^"]*"#"user.\1":"spark"#g' \
    -e 's#"Hadoop Properties":{.*},"System Properties"#"Hadoop Properties":{},"System Properties"#' \
    -e 's#"Classpath Entries":{.*}}$#"Classpath Entries":{}}#' "$1" | zstd -q -19 -o "$2/$(basename "$1").zstd"
}

record() { # name
  local name spark nodes cores memory mishap
  read -r name spark nodes cores memory mishap < <(row "$1")
  [[ $version == "$spark".* ]] || fail "$name is meant for Spark $spark; SPARK_HOME has $version"
  local workload=$here/workloads/${name%/*}.json configuration=${name#*/} log=$state/log
  configuration=$here/configurations/${configuration%%[.-]*}.conf
  echo "$(date +%T) $name, Spark $version, load $(cut -d' ' -f1 /proc/loadavg)" >&2
  rm -rf "$log" && mkdir "$log"
  start_cluster "$nodes" "$cores" "$memory"
  local hand=
  if [ "$mishap" != - ]; then mishap "$mishap" "$log" & hand=$!; fi
  submit "$workload" "$configuration" "$log" "-XX:SharedArchiveFile=$state/executor.jsa" >"$state/submit.log" 2>&1 || echo "$name: the application failed; see $state/submit.log" >&2
  if [ -n "$hand" ]; then kill "$hand" 2>/dev/null || true; wait "$hand" 2>/dev/null || true; fi
  stop_cluster
  publish "$log"/app-* "$out/$name"
}

# need checks that everything is installed, and sets what the functions above use.
need() {
  : "${SPARK_HOME:?set it to the folder of an installed Spark or pyspark}"
  for tool in java javac jar zstd pgrep "$@"; do command -v "$tool" >/dev/null || fail "needs $tool"; done
  version=$(spark_version)
  state=${RECORDER_STATE:-${XDG_CACHE_HOME:-$HOME/.cache}/dynalloc-recorder}/$version
  trap stop_cluster EXIT
}

# prove.sh uses the functions alone.
if [ "${BASH_SOURCE[0]}" != "$0" ]; then return; fi
if [ $# -eq 0 ]; then sed -n '2,9s/^# \{0,1\}//p' "$0"; exit 2; fi
if [ "$1" = list ]; then rows | column -t; exit; fi
need
if [ "$1" = all ]; then set -- $(rows | awk -v v="$version" 'index(v, $2 ".") == 1 { print $1 }'); fi
for name in "$@"; do row "$name" >/dev/null; done
prepare
for name in "$@"; do record "$name"; done
