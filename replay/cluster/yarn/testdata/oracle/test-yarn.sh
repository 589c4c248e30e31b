#!/usr/bin/env bash
# Plays random scripts through YARN's own schedulers and through replay/cluster/yarn;
# README.md says how. From the environment:
#   SCENARIOS  how many (10000)
#   SEED       of the first (1)
#   KIND       of scheduler: capacity, fair or fifo (all)
#   RECORD     how many of them to record as golden cases (0)
#   HADOOP     version to compare with (3.4.2)
# It gets what it needs by itself: a JDK and Maven with apt-get, Hadoop's client
# jars from Maven Central, some 90 MB that are kept in the user's cache folder.
set -euo pipefail
cd "$(dirname "$0")/../.."
version=${HADOOP:-3.4.2}
jars=${XDG_CACHE_HOME:-$HOME/.cache}/dynalloc/hadoop-$version

. ../../../internal/differential/need.sh

need 'javac --release 17 -version' openjdk-17-jdk-headless openjdk-21-jdk-headless default-jdk-headless
out=$(mktemp -d)
trap 'rm -rf "$out"' EXIT
if [ ! -e "$jars/complete" ]; then
	need 'mvn -version' maven
	mkdir -p "$jars"
	cat >"$out/pom.xml" <<-POM
		<project>
		  <modelVersion>4.0.0</modelVersion>
		  <groupId>dynalloc</groupId>
		  <artifactId>oracle</artifactId>
		  <version>1</version>
		  <dependencies>
		    <dependency>
		      <groupId>org.apache.hadoop</groupId>
		      <artifactId>hadoop-client-minicluster</artifactId>
		      <version>$version</version>
		    </dependency>
		    <dependency>
		      <groupId>ch.qos.reload4j</groupId>
		      <artifactId>reload4j</artifactId>
		      <version>1.2.25</version>
		    </dependency>
		    <dependency>
		      <groupId>org.slf4j</groupId>
		      <artifactId>slf4j-nop</artifactId>
		      <version>1.7.36</version>
		    </dependency>
		  </dependencies>
		</project>
	POM
	mvn -q -B -f "$out/pom.xml" org.apache.maven.plugins:maven-dependency-plugin:3.8.1:copy-dependencies -DoutputDirectory="$jars"
	touch "$jars/complete"
fi
javac -nowarn -XDsuppressNotes -d "$out" -cp "$jars/*" testdata/oracle/Script.java
go test -count=1 -timeout 60m -run '^TestYarn$' -yarn "$out:$jars/*" -scenarios "${SCENARIOS:-10000}" -seed "${SEED:-1}" \
	-kind "${KIND:-}" -record "${RECORD:-0}" -v . | grep -v '^=== '
