# sql-dash: static,n=2, for Spark 4.1.4 on standalone
# sql-dash: fixed 2 and dynamic 0-2 give the same; either will do; fixed 1 if deadlines > 1.41x.
# use: source this file, then spark-submit "${settings[@]}" ...
settings=(
  # whether the driver asks for executors and gives them back while it runs
  --conf spark.dynamicAllocation.enabled=false
  # cores of an executor
  --conf spark.executor.cores=2
  # most cores of the application on a standalone cluster
  --conf spark.cores.max=4
)
