package dev.mien.checker.fault;

/// Restarts all workers one after another, as for an upgrade.
public final class RollingRestart implements Injector {
    private final Processes processes;

    public RollingRestart(Processes processes) {
        this.processes = processes;
    }

    @Override
    public void inject(Scene scene) throws Exception {
        scene.struck("rolling restart", -1);
        processes.rollingRestart();
    }
}
