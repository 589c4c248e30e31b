# adhoc-queries: static,n=2, for Spark 4.1.4 on standalone
# adhoc-queries: fixed 2 and dynamic 0-2 give the same; either will do; dynamic 0-2 if start-up > 1.6 s (here 1.08 s).
# use: source this file, then spark-submit "${settings[@]}" ...
settings=(
  # whether the driver asks for executors and gives them back while it runs
  --conf spark.dynamicAllocation.enabled=false
  # cores of an executor
  --conf spark.executor.cores=2
  # most cores of the application on a standalone cluster
  --conf spark.cores.max=4
)
