#!/bin/bash
# Lets dynalloc advise choose settings from a recording, and runs the same workload with them on real Spark.
#
#   prove.sh list             what can be proved
#   prove.sh NAME...          prove these, as in fleet
#   prove.sh all              prove all
#
# The advice goes to OUT/NAME/advice, the logs of the real run to OUT/NAME/run (OUT: bench/testdata/proofs). docs/PROOF.md
# is made from both. Needs what record.sh needs, and Go.
set -euo pipefail

here=$(cd "$(dirname "$0")" && pwd)
source "$here/record.sh"
cd "$here/.."
out=$(realpath -m "${OUT:-testdata/proofs}")

proofs() { grep -v '^#' "$here/proofs.tsv"; }

# submit_sql runs the SQL application.
submit_sql() { # properties file, folder of the event log
  local args=() key value
  while read -r key value; do
    if [[ $key == spark.* ]]; then args+=("$key=$value"); fi
  done <"$1"
  PYTHONPATH="$SPARK_HOME/python:$(echo "$SPARK_HOME"/python/lib/py4j-*.zip)" SPARK_LOCAL_IP=127.0.0.1 SPARK_USER=spark \
    MASTER="spark://127.0.0.1:$port" timeout 600 python3 "$here/sqldash.py" "$2" spark.shuffle.service.port=$((port + 301)) "${args[@]}"
}

# run_all starts the applications of a proof, each at its time, and waits for all.
run_all() { # name, applications
  local app workload rest at settings began=$SECONDS jobs=()
  for app in ${2//,/ }; do
    workload=${app%%@*} rest=${app#*@}
    at=${rest%%:*} settings=$out/$1/advice/settings/${rest#*:}.conf
    [ -f "$settings" ] || fail "no $settings: advise gave the class no settings"
    sleep $((at - (SECONDS - began) > 0 ? at - (SECONDS - began) : 0))
    mkdir -p "$state/log/$workload"
    if [ "$workload" = sqldash ]; then
      submit_sql "$settings" "$state/log/$workload" >"$state/$workload.submit.log" 2>&1 &
    else
      submit "$here/workloads/$workload.json" "$settings" "$state/log/$workload" "-XX:SharedArchiveFile=$state/executor.jsa" >"$state/$workload.submit.log" 2>&1 &
    fi
    jobs+=($!)
  done
  for job in "${jobs[@]}"; do wait "$job" || echo "$1: an application failed; see $state/*.submit.log" >&2; done
}

prove() { # name
  local name from cores memory apps
  read -r name from cores memory apps < <(proofs | awk -v name="$1" '$1 == name')
  echo "$(date +%T) $name, Spark $version, load $(cut -d' ' -f1 /proc/loadavg)" >&2
  rm -rf "${out:?}/$name" "$state/log" && mkdir -p "$out/$name" "$state/log"
  "$state/dynalloc" advise "$from" --cluster "standalone,nodes=1,cores=$cores,memory=$memory" --quiet -o "$out/$name/advice" >/dev/null
  start_cluster 1 "$cores" "$memory"
  run_all "$name" "$apps"
  stop_cluster
  find "$out/$name/advice" -mindepth 1 ! -name advice.json -delete # which has the settings, too
  for workload in "$state"/log/*/; do publish "$workload"app-* "$out/$name/run/$(basename "$workload")"; done
}

if [ $# -eq 0 ]; then sed -n '2,9s/^# \{0,1\}//p' "$0"; exit 2; fi
if [ "$1" = list ]; then proofs | column -t; exit; fi
need go python3
if [ "$1" = all ]; then set -- $(proofs | cut -f1); fi
for name in "$@"; do proofs | cut -f1 | grep -qx -- "$name" || fail "no proof is named $name; see: prove.sh list"; done
prepare
(cd "$here/../.." && go build -o "$state/dynalloc" ./cmd/dynalloc)
for name in "$@"; do prove "$name"; done
