package dev.mien.checker.fault;

/// Has the database do its housekeeping over and over.
public final class CheckpointStorm implements Injector {
    private static final int LONGEST_MILLIS = 1_500;

    private final SideDoor database;

    public CheckpointStorm(SideDoor database) {
        this.database = database;
    }

    @Override
    public void inject(Scene scene) throws Exception {
        scene.struck("checkpoint storm", -1);
        database.checkpointStorm(100 + scene.random().nextInt(LONGEST_MILLIS));
    }
}
