#!/usr/bin/env bash
# Sweeps on a real Spark cluster whose executors are killed: test-spark.sh [TEST [FLAGS]]
# with TestSweepsOnSpark, or TestScaleDocument, which measures how sweeps grow. It gets what it
# needs by itself: a JDK with apt-get, pyspark and what its Connect client needs with pip,
# some 600 MB that are kept in the user's cache folder.
#   SPARK  version of pyspark (4.1.4)
set -euo pipefail
cd "$(dirname "$0")/../.."
version=${SPARK:-4.1.4}
cache=${XDG_CACHE_HOME:-$HOME/.cache}/dynalloc
venv=$cache/pyspark-$version

. internal/differential/need.sh

need 'java -version' openjdk-17-jdk-headless openjdk-21-jdk-headless default-jdk-headless
if [ ! -x "$venv/bin/pip" ]; then
	need 'python3 -c "import ensurepip, venv"' python3-venv
	mkdir -p "$cache"
	python3 -m venv "$venv"
fi
"$venv/bin/pip" install -q --disable-pip-version-check --no-cache-dir "pyspark==$version" \
	pandas pyarrow grpcio grpcio-status googleapis-common-protos zstandard
go test -count=1 -timeout 20m -run "^${1:-TestSweepsOnSpark}\$" -v ./cmd/dynalloc -spark "$venv/bin/python" "${@:2}"
