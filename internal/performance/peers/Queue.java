import ch.qos.logback.classic.Level;
import com.sun.management.OperatingSystemMXBean;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.cloudsimplus.brokers.DatacenterBrokerSimple;
import org.cloudsimplus.cloudlets.Cloudlet;
import org.cloudsimplus.cloudlets.CloudletSimple;
import org.cloudsimplus.core.CloudSimPlus;
import org.cloudsimplus.datacenters.DatacenterSimple;
import org.cloudsimplus.hosts.HostSimple;
import org.cloudsimplus.resources.Pe;
import org.cloudsimplus.resources.PeSimple;
import org.cloudsimplus.schedulers.cloudlet.CloudletSchedulerSpaceShared;
import org.cloudsimplus.util.Log;
import org.cloudsimplus.utilizationmodels.UtilizationModelFull;
import org.cloudsimplus.vms.VmSimple;

/**
 * The peer CloudSim Plus: cloudlets that wait in one queue for the processing elements
 * of one virtual machine. Usage: Queue TASKS SLOTS. Prints a line as go test -bench
 * does: processor time for each start and end of a task, with what the virtual machine
 * compiles and collects, and when the last task ended. It runs a smaller work first, so
 * that most code is compiled by then.
 */
public final class Queue {
    private static final long MIPS = 1000;

    public static void main(String[] args) {
        Log.setLevel(Level.OFF);
        int tasks = Integer.parseInt(args[0]);
        int slots = Integer.parseInt(args[1]);
        play(tasks / 5, slots);
        OperatingSystemMXBean system = (OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();
        long begin = system.getProcessCpuTime();
        double end = play(tasks, slots);
        long took = system.getProcessCpuTime() - begin;
        System.out.printf(Locale.ROOT, "BenchmarkPeers/program=CloudSimPlus/tasks=%d/slots=%d 1 %f ns/event %f simulated-s%n",
            tasks, slots, took / (2.0 * tasks), end);
    }

    private static double play(int tasks, int slots) {
        CloudSimPlus simulation = new CloudSimPlus(0.001);
        List<Pe> elements = new ArrayList<>();
        for (int i = 0; i < slots; i++) {
            elements.add(new PeSimple(MIPS));
        }
        new DatacenterSimple(simulation, List.of(new HostSimple(1 << 20, 1 << 20, 1 << 20, elements)));
        DatacenterBrokerSimple broker = new DatacenterBrokerSimple(simulation);
        VmSimple machine = new VmSimple(MIPS, slots);
        machine.setRam(1 << 10).setBw(1 << 10).setSize(1 << 10).setCloudletScheduler(new CloudletSchedulerSpaceShared());
        broker.submitVm(machine);
        List<Cloudlet> cloudlets = new ArrayList<>();
        for (int i = 0; i < tasks; i++) {
            // As in internal/performance/growth: 16 tasks of each run time, in milliseconds.
            int runTime = 1000 + i / 16 % 1024 * 7919 % 4001;
            CloudletSimple cloudlet = new CloudletSimple(runTime * MIPS / 1000, 1);
            // The processing element alone limits a cloudlet, not memory or bandwidth.
            cloudlet.setUtilizationModelCpu(new UtilizationModelFull());
            cloudlets.add(cloudlet);
        }
        broker.submitCloudletList(cloudlets);
        simulation.start();
        if (broker.getCloudletFinishedList().size() != tasks) {
            throw new IllegalStateException(broker.getCloudletFinishedList().size() + " of " + tasks + " tasks ended");
        }
        return simulation.clock();
    }
}
