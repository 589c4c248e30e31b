import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.File;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.apache.spark.HashPartitioner;
import org.apache.spark.SparkConf;
import org.apache.spark.TaskContext;
import org.apache.spark.api.java.JavaPairRDD;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.resource.ExecutorResourceRequests;
import org.apache.spark.resource.ResourceProfile;
import org.apache.spark.resource.ResourceProfileBuilder;
import org.apache.spark.resource.TaskResourceRequests;
import org.apache.spark.storage.StorageLevel;
import scala.Tuple2;
import scala.collection.JavaConverters;
import scala.reflect.ClassTag$;

/**
 * Runs the workload that a JSON file describes. Its tasks sleep, so that the work is known and the schedule, the allocation
 * and the waiting are Spark's own. README.md tells the format.
 */
public class SleepApp {

  /** What the tasks of one stage do; it travels to the executors. */
  static final class Naps implements Serializable {
    final long[] millis;
    final int[] failures; // how many attempts of each task fail
    final double[] slowdown; // of each task's first attempt
    final int rows; // that a task hands on: one for each task of the next stage

    Naps(JsonNode stage, int rows) {
      int n = stage.get("tasks").asInt();
      millis = durations(stage, n);
      failures = new int[n];
      for (JsonNode f : stage.path("fails")) failures[f.get("task").asInt()] = f.path("times").asInt(1);
      slowdown = new double[n];
      Arrays.fill(slowdown, 1);
      for (JsonNode s : stage.path("slow")) slowdown[s.get("task").asInt()] = s.get("factor").asDouble();
      this.rows = rows;
    }

    Iterator<Tuple2<Integer, Integer>> sleep(Iterator<?> in) throws Exception {
      TaskContext task = TaskContext.get();
      int i = task.partitionId();
      while (in.hasNext()) in.next();
      Thread.sleep(Math.round(millis[i] * (task.attemptNumber() == 0 ? slowdown[i] : 1)));
      if (task.attemptNumber() < failures[i]) throw new IllegalStateException("this attempt is meant to fail");
      return IntStream.range(0, rows).mapToObj(k -> new Tuple2<>(k, 1)).iterator();
    }
  }

  /** Draws the sleeps of a stage in milliseconds; the same seed draws the same. */
  static long[] durations(JsonNode stage, int n) {
    if (stage.has("times")) {
      return IntStream.range(0, n).mapToLong(i -> stage.get("times").get(i).asLong()).toArray();
    }
    Random random = new Random(stage.path("seed").asLong(1));
    double ms = stage.get("ms").asDouble();
    double sigma = stage.path("sigma").asDouble(0.5);
    long[] drawn = new long[n];
    for (int i = 0; i < n; i++) {
      drawn[i] = Math.round(switch (stage.path("dist").asText("const")) {
        case "lognormal" -> ms * Math.exp(sigma * random.nextGaussian());
        case "uniform" -> ms * (0.5 + random.nextDouble());
        default -> ms;
      });
    }
    for (int i = 0; i < stage.path("stragglers").asInt(0); i++) drawn[random.nextInt(n)] *= 5;
    return drawn;
  }

  /** The input of a first stage: one number for each task, which prefers one of the stage's hosts, in turn, if it names any. */
  static JavaRDD<Integer> input(JavaSparkContext sc, JsonNode stage) {
    int n = stage.get("tasks").asInt();
    if (!stage.has("hosts")) return sc.parallelize(IntStream.range(0, n).boxed().collect(Collectors.toList()), n);
    JsonNode hosts = stage.get("hosts");
    var rows = IntStream.range(0, n)
        .mapToObj(i -> new Tuple2<>((Object) i,
            JavaConverters.asScalaBufferConverter(List.of(hosts.get(i % hosts.size()).asText())).asScala().toSeq()))
        .collect(Collectors.toList());
    return sc.sc()
        .makeRDD(JavaConverters.asScalaBufferConverter(rows).asScala().toSeq(), ClassTag$.MODULE$.apply(Object.class))
        .toJavaRDD()
        .map(i -> (Integer) i);
  }

  static ResourceProfile profile(JsonNode p) {
    return new ResourceProfileBuilder()
        .require(new ExecutorResourceRequests().cores(p.get("cores").asInt()).memory(p.get("memory").asText()))
        .require(new TaskResourceRequests().cpus(p.path("taskCpus").asInt(1)))
        .build();
  }

  /** A chain of stages, each of which shuffles what it made to the next. */
  static JavaPairRDD<Integer, Integer> chain(JavaSparkContext sc, JsonNode stages, Map<String, ResourceProfile> profiles) {
    JavaPairRDD<Integer, Integer> made = null;
    for (int i = 0; i < stages.size(); i++) {
      JsonNode stage = stages.get(i);
      Naps naps = new Naps(stage, i + 1 < stages.size() ? stages.get(i + 1).get("tasks").asInt() : 1);
      made = made == null
          ? input(sc, stage).mapPartitionsWithIndex((k, in) -> naps.sleep(in), true).mapToPair(row -> row)
          : made.partitionBy(new HashPartitioner(naps.millis.length)).mapPartitionsToPair(naps::sleep);
      if (stage.has("profile")) {
        // One object for equal profiles: each that is built is another one to Spark.
        made.rdd().withResources(profiles.computeIfAbsent(stage.get("profile").toString(), k -> profile(stage.get("profile"))));
      }
      if (stage.path("cache").asBoolean(false)) made = made.persist(StorageLevel.MEMORY_ONLY());
    }
    return made;
  }

  /** A stage on top of an earlier job's last one; what that one made or cached is read again. */
  static JavaPairRDD<Integer, Integer> again(JavaPairRDD<Integer, Integer> earlier, long millis) {
    return earlier.mapPartitionsToPair(in -> {
      while (in.hasNext()) in.next();
      Thread.sleep(millis);
      return List.of(new Tuple2<>(0, 1)).iterator();
    });
  }

  public static void main(String[] args) throws Exception {
    JsonNode spec = new ObjectMapper().readTree(new File(args[0]));
    JavaSparkContext sc = new JavaSparkContext(new SparkConf().setAppName(spec.get("name").asText()));
    Map<String, JavaPairRDD<Integer, Integer>> named = new ConcurrentHashMap<>();
    Map<String, ResourceProfile> profiles = new ConcurrentHashMap<>();
    List<Thread> threads = new ArrayList<>();
    for (JsonNode thread : spec.get("threads")) {
      Thread t = new Thread(() -> {
        if (thread.has("pool")) sc.setLocalProperty("spark.scheduler.pool", thread.get("pool").asText());
        for (JsonNode job : thread.get("jobs")) {
          pause(job.path("after").asDouble(0));
          JavaPairRDD<Integer, Integer> last = job.has("reuse")
              ? again(named.get(job.get("reuse").asText()), job.path("extraMs").asLong(100))
              : chain(sc, job.get("stages"), profiles);
          if (job.has("id")) named.put(job.get("id").asText(), last);
          last.count();
          if (job.path("unpersist").asBoolean(false)) last.unpersist();
        }
      });
      threads.add(t);
      t.start();
    }
    for (Thread t : threads) t.join();
    pause(spec.path("tail").asDouble(0));
    sc.stop();
  }

  static void pause(double seconds) {
    try {
      Thread.sleep(Math.round(1000 * seconds));
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }
}
