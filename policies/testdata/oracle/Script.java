import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.lang.reflect.Constructor;
import java.lang.reflect.Field;
import java.lang.reflect.Method;
import java.math.BigDecimal;
import java.nio.file.Files;
import java.nio.file.Paths;
import java.util.*;
import org.apache.logging.log4j.Level;
import org.apache.logging.log4j.core.config.Configurator;
import org.apache.spark.*;
import org.apache.spark.executor.ExecutorMetrics;
import org.apache.spark.resource.*;
import org.apache.spark.scheduler.*;
import org.apache.spark.scheduler.cluster.ExecutorInfo;
import org.apache.spark.scheduler.dynalloc.ExecutorMonitor;
import org.apache.spark.storage.*;
import scala.Option;
import scala.Tuple2;
import scala.collection.immutable.Seq;
import scala.jdk.javaapi.CollectionConverters;

/**
 * Plays event scripts through the ExecutorAllocationManager and the ExecutorMonitor of an installed Spark. With files
 * named, it compares what they expect with what Spark does; without, it answers what comes on its standard input with
 * what Spark does at every tick. See README.md.
 */
public class Script implements ExecutorAllocationClient {
  static final Map<String, String> PROPERTIES = Map.ofEntries(
      Map.entry("service", "spark.shuffle.service.enabled"),
      Map.entry("fetch-rdd", "spark.shuffle.service.fetch.rdd.enabled"),
      Map.entry("tracking", "spark.dynamicAllocation.shuffleTracking.enabled"),
      Map.entry("tracking-timeout", "spark.dynamicAllocation.shuffleTracking.timeout"),
      Map.entry("decommission", "spark.decommission.enabled"),
      Map.entry("migration", "spark.storage.decommission.enabled"),
      Map.entry("idle", "spark.dynamicAllocation.executorIdleTimeout"),
      Map.entry("cached", "spark.dynamicAllocation.cachedExecutorIdleTimeout"),
      Map.entry("backlog", "spark.dynamicAllocation.schedulerBacklogTimeout"),
      Map.entry("sustained", "spark.dynamicAllocation.sustainedSchedulerBacklogTimeout"),
      Map.entry("min", "spark.dynamicAllocation.minExecutors"),
      Map.entry("max", "spark.dynamicAllocation.maxExecutors"),
      Map.entry("initial", "spark.dynamicAllocation.initialExecutors"),
      Map.entry("ratio", "spark.dynamicAllocation.executorAllocationRatio"));

  static class VirtualClock implements org.apache.spark.util.Clock {
    long ms = 0;
    public long getTimeMillis() { return ms; }
    public long nanoTime() { return ms * 1000000L; }
    public long waitTillTime(long t) { ms = t; return t; }
  }

  static int checks = 0, wrong = 0;

  final VirtualClock clock = new VirtualClock();
  final SparkConf conf = new SparkConf(false);
  final List<ResourceProfile> profiles = new ArrayList<>();
  final ExecutorAllocationManager manager;
  final ExecutorMonitor monitor;
  final List<String> removed = new ArrayList<>();
  Set<String> busy = Set.of();
  boolean refuse, inactive;
  int requests, nextTask;
  String asked = "";

  /** Starts a case with its first line: the policy and the slots of each profile. */
  Script(String[] words) throws Exception {
    String[] slots = words.length > 1 ? words[1].substring("slots=".length()).split(",") : new String[] {"1"};
    conf.set("spark.master", "yarn").set("spark.executor.cores", slots[0]);
    conf.set("spark.dynamicAllocation.enabled", "true").set("spark.shuffle.service.enabled", "true");
    String[] settings = words[0].split(",");
    boolean reliable = false;
    for (String setting : Arrays.copyOfRange(settings, 1, settings.length)) {
      String[] pair = setting.split("=");
      if (setting.equals("shuffle=tracking")) conf.set("spark.shuffle.service.enabled", "false");
      else if (setting.equals("remote=true")) reliable = true;
      else conf.set(Objects.requireNonNull(PROPERTIES.get(pair[0]), setting), pair[1]);
    }
    ResourceProfile$.MODULE$.reInitDefaultProfile(conf);
    LiveListenerBus bus = new LiveListenerBus(conf);
    ResourceProfileManager all = new ResourceProfileManager(conf, bus);
    profiles.add(all.defaultResourceProfile());
    for (int i = 1; i < slots.length; i++) {
      ResourceProfile profile = new ResourceProfileBuilder()
          .require(new ExecutorResourceRequests().cores(number(slots[i])).memory((100 + i) + "m"))
          .require(new TaskResourceRequests().cpus(1)).build();
      all.addResourceProfile(profile);
      profiles.add(profile);
    }
    manager = new ExecutorAllocationManager(this, bus, conf, Option.empty(), clock, all, reliable);
    monitor = manager.executorMonitor();
  }

  // What the manager may ask of its cluster.

  public Seq<String> getExecutorIds() { return seq(List.of()); }
  public boolean isExecutorActive(String id) { return !inactive; }
  public boolean requestExecutors(int n) { return true; }
  public boolean decommissionExecutorsOnHost(String host) { return true; }
  public boolean killExecutorsOnHost(String host) { return true; }

  public boolean requestTotalExecutors(scala.collection.immutable.Map<Object, Object> totals,
      scala.collection.immutable.Map<Object, Object> localTasks,
      scala.collection.immutable.Map<Object, scala.collection.immutable.Map<String, Object>> hosts) {
    requests++;
    List<String> sent = new ArrayList<>();
    for (int i = 0; i < profiles.size(); i++) {
      if (totals.contains(profiles.get(i).id())) sent.add(i + ":" + totals.apply(profiles.get(i).id()));
    }
    asked = String.join(",", sent);
    return !refuse;
  }

  public Seq<String> killExecutors(Seq<String> ids, boolean adjust, boolean countFailures, boolean force) {
    List<String> killed = new ArrayList<>(CollectionConverters.asJava(ids));
    killed.removeAll(busy);
    removed.addAll(killed);
    return seq(killed);
  }

  public Seq<String> decommissionExecutors(Tuple2<String, ExecutorDecommissionInfo>[] ids, boolean adjust, boolean byExecutor) {
    List<String> leaving = new ArrayList<>();
    for (Tuple2<String, ExecutorDecommissionInfo> id : ids) leaving.add(id._1());
    leaving.removeAll(busy);
    removed.addAll(leaving);
    return seq(leaving);
  }

  /** Plays one line's action. */
  void play(String verb, String[] words) throws Exception {
    Map<String, String> args = new HashMap<>();
    List<String> plain = new ArrayList<>();
    for (String word : words) {
      int i = word.indexOf('=');
      if (i < 0) plain.add(word);
      else args.put(word.substring(0, i), word.substring(i + 1));
    }
    String first = plain.isEmpty() ? "" : plain.get(0);
    inactive = plain.contains("inactive");
    int profile = profiles.get(number(args.getOrDefault("profile", "0"))).id();
    switch (verb) {
      case "submit", "complete", "start", "end", "speculate", "unschedulable", "schedulable" -> {
        String[] attempt = first.split("\\.");
        stage(verb, number(attempt[0]), number(attempt[1]), args, profile, plain.contains("copy"));
      }
      case "add" -> {
        scala.collection.immutable.Map none = scala.collection.immutable.Map$.MODULE$.empty();
        for (int id : list(first)) {
          ExecutorInfo info = new ExecutorInfo("host", 1, none, none, none, profile);
          monitor.onExecutorAdded(new SparkListenerExecutorAdded(clock.ms, "" + id, info));
        }
      }
      case "gone" -> {
        String why = "decommissioned".equals(args.get("as")) ? "Finished decommissioning" : "gone";
        for (int id : list(first)) monitor.onExecutorRemoved(new SparkListenerExecutorRemoved(clock.ms, "" + id, why));
      }
      case "block" -> block(first, args, plain.contains("memory"), plain.contains("disk"));
      case "unpersist" -> monitor.onUnpersistRDD(new SparkListenerUnpersistRDD(number(first)));
      case "clean" -> clean(number(first));
      case "job" -> {
        List<StageInfo> stages = new ArrayList<>();
        for (String pair : plain.subList(1, plain.size())) {
          String[] both = pair.split(">");
          stages.add(info(number(both[0]), 0, 1, Option.apply((Object) number(both[1])), 0));
        }
        monitor.onJobStart(new SparkListenerJobStart(number(first), clock.ms, seq(stages), new Properties()));
      }
      case "jobend" -> monitor.onJobEnd(new SparkListenerJobEnd(number(first), clock.ms, JobSucceeded$.MODULE$));
      default -> steer(verb, first);
    }
  }

  void stage(String verb, int stage, int attempt, Map<String, String> args, int profile, boolean copy) {
    SparkListener listener = manager.listener();
    switch (verb) {
      case "submit" -> listener.onStageSubmitted(new SparkListenerStageSubmitted(
          preferring(stage, attempt, number(args.get("tasks")), profile, args.getOrDefault("prefers", "")), new Properties()));
      case "complete" -> listener.onStageCompleted(new SparkListenerStageCompleted(info(stage, attempt, 0, Option.empty(), 0)));
      case "unschedulable" -> listener.onUnschedulableTaskSetAdded(new SparkListenerUnschedulableTaskSetAdded(stage, attempt));
      case "schedulable" -> listener.onUnschedulableTaskSetRemoved(new SparkListenerUnschedulableTaskSetRemoved(stage, attempt));
      case "speculate" -> {
        for (int task : list(args.get("tasks")))
          listener.onSpeculativeTaskSubmitted(new SparkListenerSpeculativeTaskSubmitted(stage, attempt, task, task));
      }
      default -> {
        List<Integer> executors = list(args.getOrDefault("on", "0"));
        int i = 0;
        for (int task : list(args.get("tasks"))) {
          String executor = "" + executors.get(i++ % executors.size());
          TaskInfo info = new TaskInfo(nextTask++, task, 0, task, clock.ms, executor, "host", TaskLocality.ANY(), copy);
          if (verb.equals("start")) {
            SparkListenerTaskStart start = new SparkListenerTaskStart(stage, attempt, info);
            listener.onTaskStart(start);
            monitor.onTaskStart(start);
          } else {
            TaskEndReason reason = reason(args.getOrDefault("as", "success"));
            SparkListenerTaskEnd end = new SparkListenerTaskEnd(stage, attempt, "", reason, info, new ExecutorMetrics(), null);
            listener.onTaskEnd(end);
            monitor.onTaskEnd(end);
          }
        }
      }
    }
  }

  static TaskEndReason reason(String as) {
    return switch (as) {
      case "success" -> Success$.MODULE$;
      case "killed" -> new TaskKilled("killed", seq(List.of()), seq(List.of()), seq(List.of()));
      case "failed" -> TaskResultLost$.MODULE$;
      case "resubmitted" -> Resubmitted$.MODULE$;
      default -> throw new IllegalArgumentException(as);
    };
  }

  void block(String executor, Map<String, String> args, boolean memory, boolean disk) {
    StorageLevel level = memory && disk ? StorageLevel.MEMORY_AND_DISK()
        : memory ? StorageLevel.MEMORY_ONLY() : disk ? StorageLevel.DISK_ONLY() : StorageLevel.NONE();
    BlockId block;
    if (args.containsKey("rdd")) {
      String[] rdd = args.get("rdd").split("/");
      block = new RDDBlockId(number(rdd[0]), number(rdd[1]));
    } else if (!args.containsKey("shuffle")) {
      block = new BroadcastBlockId(1L, "");
    } else {
      block = new ShuffleDataBlockId(number(args.get("shuffle")), 1L, 0);
    }
    BlockManagerId at = BlockManagerId$.MODULE$.apply(executor, "host", 1, Option.empty());
    monitor.onBlockUpdated(new SparkListenerBlockUpdated(new BlockUpdatedInfo(at, block, level, 1L, 1L)));
  }

  /** What the cleaner's thread posts when a shuffle is unreachable, as the bus would deliver it. */
  void clean(int shuffle) throws Exception {
    if (conf.getBoolean("spark.shuffle.service.enabled", false)) return;
    if (!conf.getBoolean("spark.dynamicAllocation.shuffleTracking.enabled", true)) return;
    Class<?> event = Class.forName("org.apache.spark.scheduler.dynalloc.ExecutorMonitor$ShuffleCleanedEvent");
    Constructor<?> make = event.getDeclaredConstructors()[0];
    make.setAccessible(true);
    monitor.onOtherEvent((SparkListenerEvent) (make.getParameterCount() == 2
        ? make.newInstance(monitor, shuffle) : make.newInstance(shuffle)));
  }

  void steer(String verb, String first) throws Exception {
    switch (verb) {
      case "tick" -> manager.org$apache$spark$ExecutorAllocationManager$$schedule();
      case "update" -> call("updateAndSyncNumExecutorsTarget", clock.nanoTime());
      case "round" -> {
        Object timer = call("addTime");
        call("addTime_$eq", 0L);
        manager.org$apache$spark$ExecutorAllocationManager$$initializing_$eq(false);
        call("updateAndSyncNumExecutorsTarget", clock.nanoTime());
        if (call("addTime").equals(0L)) call("addTime_$eq", timer);
      }
      case "backlog" -> manager.org$apache$spark$ExecutorAllocationManager$$onSchedulerBacklogged();
      case "drain" -> manager.org$apache$spark$ExecutorAllocationManager$$onSchedulerQueueEmpty();
      case "remove" -> {
        List<Tuple2<String, Object>> idle = new ArrayList<>();
        for (int id : list(first)) idle.add(new Tuple2<>("" + id, monitor.getResourceProfileId("" + id)));
        call("removeExecutors", seq(idle));
      }
      case "killed" -> {
        List<String> ids = new ArrayList<>();
        for (int id : list(first)) ids.add("" + id);
        monitor.executorsKilled(seq(ids));
      }
      case "reset" -> manager.reset();
      case "refuse" -> refuse = true;
      case "accept" -> refuse = false;
      case "busy" -> busy = Set.of(first.split(","));
      case "look" -> { }
      default -> throw new IllegalArgumentException(verb);
    }
  }

  /** What can be seen; null for what only our policy shows. */
  String look(String name) throws Exception {
    String[] parts = name.split("\\.");
    int profile = parts.length < 2 ? profiles.get(0).id()
        : parts[1].equals("unknown") ? ResourceProfile.UNKNOWN_RESOURCE_PROFILE_ID() : profiles.get(number(parts[1])).id();
    switch (parts[0]) {
      case "target": return "" + manager.numExecutorsTargetPerResourceProfileId().apply(profile);
      case "step": return "" + manager.numExecutorsToAddPerResourceProfileId().apply(profile);
      case "need": return "" + manager.maxNumExecutorsNeededPerResourceProfile(profile);
      case "running": return "" + manager.listener().totalRunningTasksPerResourceProfile(profile);
      case "registered": return "" + monitor.executorCountWithResourceProfile(profile);
      case "pending-removal": return "" + monitor.pendingRemovalCountPerResourceProfileId(profile);
      case "decommissioning": return "" + monitor.decommissioningPerResourceProfileId(profile);
      case "leaving": return "" + (monitor.pendingRemovalCountPerResourceProfileId(profile)
          + monitor.decommissioningPerResourceProfileId(profile));
      case "requests": return "" + requests;
      case "removed": return removed.isEmpty() ? "none" : String.join(",", removed);
      case "timer":
        long ns = (Long) call("addTime");
        return ns == Long.MAX_VALUE ? "unset" : seconds(ns / 1000000);
      case "idle":
        List<String> ids = new ArrayList<>();
        for (Tuple2<String, Object> id : CollectionConverters.asJava(monitor.timedOutExecutors())) ids.add(id._1());
        return ids.isEmpty() ? "none" : String.join(",", ids);
      case "losses":
        ExecutorAllocationManagerSource count = (ExecutorAllocationManagerSource) call("executorAllocationManagerSource");
        return "graceful:" + count.gracefullyDecommissioned().getCount() + ",unfinished:" + count.decommissionUnfinished().getCount()
            + ",killed:" + count.driverKilled().getCount() + ",unexpected:" + count.exitedUnexpectedly().getCount();
      case "hints": return hints(profile);
      case "why", "round", "because", "wake": return null;
      default: throw new IllegalArgumentException(name);
    }
  }

  /** How many tasks prefer any host, and how many each host, of the stages that are pending. */
  String hints(int profile) throws Exception {
    Map<Integer, Object> tasks = CollectionConverters.asJava(
        (scala.collection.Map<Integer, Object>) field("numLocalityAwareTasksPerResourceProfileId"));
    Map<Integer, Object> hosts = CollectionConverters.asJava(
        (scala.collection.Map<Integer, Object>) field("rpIdToHostToLocalTaskCount"));
    StringBuilder text = new StringBuilder("" + tasks.getOrDefault(profile, 0));
    Object byHost = hosts.get(profile);
    if (byHost != null)
      new TreeMap<>(CollectionConverters.asJava((scala.collection.Map<String, Object>) byHost))
          .forEach((host, n) -> text.append(",").append(host).append(":").append(n));
    return text.toString();
  }

  Object field(String name) throws Exception {
    for (Field f : ExecutorAllocationManager.class.getDeclaredFields())
      if (f.getName().equals(name) || f.getName().endsWith("$$" + name)) {
        f.setAccessible(true);
        return f.get(manager);
      }
    throw new NoSuchFieldException(name);
  }

  /** A stage whose tasks prefer hosts: "1+2,-" is a task that prefers hosts 1 and 2, and one that prefers none. */
  static StageInfo preferring(int stage, int attempt, int tasks, int profile, String prefers) {
    List<Seq<TaskLocation>> locations = new ArrayList<>();
    for (String task : prefers.isEmpty() ? new String[0] : prefers.split(",")) {
      List<TaskLocation> hosts = new ArrayList<>();
      for (String host : task.split("\\+")) if (!host.equals("-")) hosts.add(TaskLocation.apply(host));
      locations.add(seq(hosts));
    }
    return new StageInfo(stage, attempt, "stage", tasks, seq(List.of()), seq(List.of()), "", null, seq(locations), Option.empty(),
        profile, false, 0);
  }

  /** Calls a private method of the manager. */
  Object call(String name, Object... args) throws Exception {
    Method method = METHODS.get(name + args.length);
    if (method == null) throw new NoSuchMethodException(name);
    return method.invoke(manager, args);
  }

  static final Map<String, Method> METHODS = new HashMap<>();

  static {
    for (Method method : ExecutorAllocationManager.class.getDeclaredMethods()) {
      method.setAccessible(true);
      METHODS.put(method.getName() + method.getParameterCount(), method);
    }
  }

  static StageInfo info(int stage, int attempt, int tasks, Option<Object> shuffle, int profile) {
    return new StageInfo(stage, attempt, "stage", tasks, seq(List.of()), seq(List.of()), "", null, seq(List.of()), shuffle,
        profile, false, 0);
  }

  static <T> Seq<T> seq(List<T> list) { return CollectionConverters.asScala(list).toSeq(); }

  static int number(String text) { return Integer.parseInt(text); }

  static List<Integer> list(String text) {
    List<Integer> all = new ArrayList<>();
    for (String part : text.split(",")) {
      String[] range = part.split("-");
      for (int n = number(range[0]); n <= number(range[range.length - 1]); n++) all.add(n);
    }
    return all;
  }

  public static void main(String[] files) throws Exception {
    if (files.length == 0) {
      answer(new BufferedReader(new InputStreamReader(System.in)), new PrintStream(System.out, false));
      return;
    }
    for (String file : files) play(file);
    System.out.println(checks + " checks, " + wrong + " wrong");
    System.exit(wrong == 0 ? 0 : 1);
  }

  static void play(String file) throws Exception {
    Script script = null;
    String id = "";
    boolean skip = false;
    for (String line : Files.readAllLines(Paths.get(file))) {
      line = line.replaceFirst("#.*", "").trim();
      if (line.startsWith("== ")) {
        id = line.split("\\s+")[1];
        script = null;
        skip = false;
      } else if (!line.isEmpty() && !skip) {
        String[] sides = line.split("->", 2);
        String[] words = sides[0].trim().split("\\s+");
        if (script != null) {
          script.line(id, line, words, sides.length > 1 ? sides[1].trim().split("\\s+") : new String[0]);
        } else if (words[0].contains("version=")) {
          skip = true; // rules of another version than the one installed
          System.out.println(id + " is of another version");
        } else {
          script = new Script(words);
        }
      }
    }
  }

  void line(String id, String line, String[] words, String[] expected) throws Exception {
    clock.ms = Math.round(Double.parseDouble(words[0]) * 1000);
    requests = 0;
    removed.clear();
    play(words[1], Arrays.copyOfRange(words, 2, words.length));
    for (String pair : expected) {
      String name = pair.substring(0, pair.indexOf('=')), got = look(name);
      if (got == null) continue;
      checks++;
      if (got.equals(pair.substring(name.length() + 1))) continue;
      wrong++;
      System.out.println(id + ": " + line + "\n    in Spark " + name + " is " + got);
    }
  }

  /** Answers scenarios; a line with a dot asks for all answers so far. */
  static void answer(BufferedReader in, PrintStream out) throws Exception {
    Script script = null;
    boolean skip = true;
    for (String line = in.readLine(); line != null; line = in.readLine()) {
      if (line.startsWith("== ") || line.equals(".")) {
        try {
          if (script != null && !skip) script.finish(out);
        } catch (Exception e) {
          out.println(e);
        }
        script = null;
        skip = false;
        out.println(line);
        if (line.equals(".")) out.flush();
        continue;
      }
      if (skip) continue;
      try {
        script = script == null ? begin(line) : script.next(line, out);
      } catch (Exception e) { // what has been shrunk too far
        skip = true;
        out.println(e);
      }
    }
  }

  static Script begin(String line) throws Exception {
    String[] words = line.trim().split("\\s+");
    Script script = new Script(words);
    script.until = millis(words[2].substring("until=".length()));
    Configurator.setRootLevel(Level.OFF); // now that Spark has set up its log
    return script;
  }

  Script next(String line, PrintStream out) throws Exception {
    String[] words = line.trim().split("\\s+");
    ticks(millis(words[0]) - 1, out);
    clock.ms = millis(words[0]);
    play(words[1], Arrays.copyOfRange(words, 2, words.length));
    return this;
  }

  long nextTick, until;
  String shown = "";

  /** Ticks every 100 ms up to a time; says what can be seen after a tick if that is new. */
  void ticks(long last, PrintStream out) throws Exception {
    for (; nextTick <= last; nextTick += 100) {
      clock.ms = nextTick;
      removed.clear();
      manager.org$apache$spark$ExecutorAllocationManager$$schedule();
      String now = "target=" + all("target") + " step=" + all("step") + " registered=" + all("registered") + " leaving="
          + all("leaving") + " timer=" + look("timer");
      if (now.equals(shown) && requests == 0) continue;
      shown = now;
      if (requests > 0) now += " requests=" + requests + " asked=" + asked;
      requests = 0;
      if (!removed.isEmpty()) now += " removed=" + look("removed");
      out.println(seconds(nextTick) + " " + now);
    }
  }

  void finish(PrintStream out) throws Exception {
    ticks(until, out);
    out.println("losses=" + look("losses") + " unknown=" + look("registered.unknown"));
  }

  /** The same of every profile; a dash where Spark has not met the profile. */
  String all(String name) throws Exception {
    List<String> values = new ArrayList<>();
    for (int i = 0; i < profiles.size(); i++) {
      boolean met = manager.numExecutorsTargetPerResourceProfileId().contains(profiles.get(i).id());
      values.add(met ? look(name + "." + i) : "-");
    }
    return String.join(",", values);
  }

  static long millis(String seconds) { return Math.round(Double.parseDouble(seconds) * 1000); }

  static String seconds(long ms) { return BigDecimal.valueOf(ms, 3).stripTrailingZeros().toPlainString(); }
}
