# report-sla-*: static,n=3, for Spark 4.1.4 on standalone
# report-sla-* (near a change): undecided between fixed 3 and dynamic 0-4; fixed 3 if room > 9 executors (here 8 executors).
# use: source this file, then spark-submit "${settings[@]}" ...
settings=(
  # whether the driver asks for executors and gives them back while it runs
  --conf spark.dynamicAllocation.enabled=false
  # cores of an executor
  --conf spark.executor.cores=2
  # most cores of the application on a standalone cluster
  --conf spark.cores.max=6
)
