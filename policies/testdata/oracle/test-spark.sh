#!/usr/bin/env bash
# Plays the event scripts and random scenarios through Spark's own classes and
# through the policy; README.md says how. From the environment:
#   SCENARIOS  how many (10000); from 1500 on, branches are counted and removed, too
#   SEED       of the first (1)
#   RECORD     how many of them to record as golden cases (0)
#   SPARK      version of pyspark to compare with (4.1.4)
# It gets what it needs by itself: a JDK with apt-get, pyspark with pip, which
# is some 450 MB to download and is kept in the user's cache folder.
set -euo pipefail
cd "$(dirname "$0")/../.."
scenarios=${SCENARIOS:-10000} version=${SPARK:-4.1.4}
cache=${XDG_CACHE_HOME:-$HOME/.cache}/dynalloc
venv=$cache/pyspark-$version

. ../internal/differential/need.sh

need 'javac --release 17 -version' openjdk-17-jdk-headless openjdk-21-jdk-headless default-jdk-headless
if [ ! -x "$venv/bin/pip" ]; then
	need 'python3 -c "import ensurepip, venv"' python3-venv
	mkdir -p "$cache"
	python3 -m venv "$venv"
fi
"$venv/bin/pip" install -q --disable-pip-version-check --no-cache-dir "pyspark==$version"
jars=$("$venv/bin/python" -c 'import pyspark; print(pyspark.__path__[0])')/jars

out=$(mktemp -d)
trap 'rm -rf "$out"' EXIT
javac -nowarn -XDsuppressNotes -d "$out" -cp "$jars/*" testdata/oracle/Script.java
java --add-opens=java.base/sun.nio.ch=ALL-UNNAMED --add-opens=java.base/java.lang=ALL-UNNAMED \
	-cp "$out:$jars/*" Script testdata/*.txt 2>/dev/null

flags=()
if [ "$scenarios" -ge 1500 ]; then
	go test -count=1 -run '^TestInstrument$' -instrument "$out" . >/dev/null
	flags=(-vet=off -overlay "$out/overlay.json")
fi
go test -count=1 -timeout 60m ${flags[@]+"${flags[@]}"} -run '^TestSpark$' -spark "$out:$jars/*" \
	-scenarios "$scenarios" -seed "${SEED:-1}" -record "${RECORD:-0}" .
