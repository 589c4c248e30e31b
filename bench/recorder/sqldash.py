# The SQL application of sqldash, for prove.sh: MASTER=spark://... sqldash.py LOGFOLDER [spark.property=value ...]. It needs pyspark.
import os,sys,time
from pyspark.sql import SparkSession, functions as F
b=SparkSession.builder.appName("sql-dash").master(os.environ["MASTER"])
out=sys.argv[1]
os.makedirs(out,exist_ok=True)
b=(b.config("spark.executor.cores","2").config("spark.executor.memory","700m").config("spark.driver.memory","700m").config("spark.driver.host","127.0.0.1")
 .config("spark.ui.enabled","false").config("spark.eventLog.enabled","true").config("spark.eventLog.dir","file://"+out)
 .config("spark.eventLog.compress","false").config("spark.eventLog.rolling.enabled","false").config("spark.sql.shuffle.partitions","16").config("spark.sql.adaptive.enabled","true")
 .config("spark.sql.autoBroadcastJoinThreshold","1m"))
for kv in sys.argv[2:]:
    k,v=kv.split('=',1); b=b.config(k,v)
s=b.getOrCreate()
N=600000
f=s.range(0,N,1,12).select("id",(F.col("id")%997).alias("k"),F.when(F.col("id")%10<7,F.lit(1)).otherwise(F.col("id")%50).alias("sk"),(F.rand(7)*100).alias("v"),F.expr("repeat('x',40)").alias("pad"))
f.createOrReplaceTempView("f0")
s.sql("CACHE LAZY TABLE facts AS SELECT * FROM f0")
s.range(0,997,1,2).select(F.col("id").alias("k"),(F.col("id")%13).alias("g")).createOrReplaceTempView("dim")
s.range(0,50,1,2).select(F.col("id").alias("sk"),(F.col("id")%5).alias("h")).createOrReplaceTempView("sdim")
Q=["select count(*), sum(v) from facts",
"select g, count(*), sum(v), avg(v) from facts join dim using(k) group by g order by g",
"select h, count(distinct k), sum(v) from facts join sdim using(sk) group by h",
"select k, sum(v) s from facts group by k order by s desc limit 20",
"select a.k, count(*) from facts a join (select k, max(v) m from facts group by k) b on a.k=b.k and a.v>b.m*0.9 group by a.k order by 2 desc limit 10",
"select sk, k, row_number() over (partition by sk order by v desc) r from facts where k<60 order by r, sk limit 50",
"select g, percentile_approx(v,0.95) from facts join dim using(k) group by g"]
gaps=[0,6,14,2,20,3,16]
for q,g in zip(Q,gaps):
    time.sleep(g); t=time.time(); s.sql(q).collect(); print(round(time.time()-t,2),q[:50],flush=True)
s.catalog.clearCache(); time.sleep(2); s.stop()
