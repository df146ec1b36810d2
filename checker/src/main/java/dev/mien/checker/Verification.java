package dev.mien.checker;

import dev.mien.checker.fault.Faults;
import dev.mien.checker.fault.Injector;
import dev.mien.checker.fault.Scene;
import dev.mien.checker.history.History;
import dev.mien.checker.history.Recorder;
import dev.mien.checker.workload.Deployment;
import dev.mien.checker.workload.Progress;
import dev.mien.checker.workload.Workload;
import dev.mien.checker.workload.WorkloadConfig;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.Consumer;

/// One run: clients and faults at the same time, and then the state at rest.
public final class Verification {
    private final Workload workload;
    private final List<Injector> injectors;
    private final Scene scene;
    private final Recorder recorder;
    private Map<String, Long> failures = Map.of();

    /// @param injectors what to break meanwhile; may be empty
    public Verification(WorkloadConfig config, Deployment deployment, List<Injector> injectors, Recorder recorder) {
        this.workload = new Workload(config, deployment, recorder);
        this.injectors = injectors;
        this.scene = new Scene(new Random(config.seed()), recorder, workload::documents);
        this.recorder = recorder;
    }

    public Workload workload() {
        return workload;
    }

    /// Runs for the configured time, waits until whatever is broken is mended, and reads the state at rest.
    ///
    /// @param progress is called twice a second
    /// @throws IOException when a worker that answered before no longer does
    public History run(Consumer<Progress> progress) throws IOException, InterruptedException {
        var faults = new Faults(injectors, scene);
        try (faults) {
            workload.run(progress);
        }
        failures = faults.failures();
        return recorder.finish(workload.atRest());
    }

    /// Why faults could not be injected, and how often.
    public Map<String, Long> failures() {
        return failures;
    }
}
