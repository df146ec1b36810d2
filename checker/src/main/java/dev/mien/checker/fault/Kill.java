package dev.mien.checker.fault;

/// Kills a worker as `kill -9` does; the supervisor has to replace it. One time in six it kills the supervisor.
public final class Kill implements Injector {
    private final Processes processes;

    public Kill(Processes processes) {
        this.processes = processes;
    }

    @Override
    public void inject(Scene scene) throws Exception {
        if (scene.random().nextInt(6) == 0) {
            scene.struck("kill supervisor", -1);
            processes.killSupervisor();
            return;
        }
        var workers = processes.workers();
        if (!workers.isEmpty()) {
            var victim = workers.get(scene.random().nextInt(workers.size()));
            victim.process().destroyForcibly();
            scene.struck("kill", victim.number());
        }
    }
}
