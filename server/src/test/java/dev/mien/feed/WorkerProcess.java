package dev.mien.feed;

import dev.mien.Mien;
import dev.mien.config.Settings;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// One worker in a process of its own, which can be killed and stopped.
public final class WorkerProcess implements AutoCloseable {
    private final Process process;
    private final int port;

    /// @param options of its JVM
    public WorkerProcess(int number, Map<String, String> settings, String... options) throws IOException {
        var command = new ArrayList<String>(
                List.of(System.getProperty("java.home") + "/bin/java", "--enable-native-access=ALL-UNNAMED"));
        command.addAll(List.of(options));
        command.addAll(List.of(
                "-cp", System.getProperty("java.class.path"), WorkerProcess.class.getName(), Integer.toString(number)));
        settings.forEach((key, value) -> command.add(key + "=" + value));
        process = new ProcessBuilder(command)
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        var said = new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
        String line = said.readLine();
        while (line != null && !line.startsWith("port ")) {
            line = said.readLine();
        }
        if (line == null) {
            throw new IOException("the worker did not start");
        }
        port = Integer.parseInt(line.substring("port ".length()));
        Thread.ofPlatform().daemon().start(() -> said.lines().forEach(ignored -> {}));
    }

    public int port() {
        return port;
    }

    public ProcessHandle handle() {
        return process.toHandle();
    }

    public void kill() throws InterruptedException {
        process.destroyForcibly().waitFor();
    }

    public static void main(String[] arguments) throws InterruptedException {
        var settings = new HashMap<String, String>(Map.of("port", "0"));
        for (int i = 1; i < arguments.length; i++) {
            String[] parts = arguments[i].split("=", 2);
            settings.put(parts[0], parts[1]);
        }
        var mien = new Mien(Settings.of(settings, Map.of(), null).toConfig(), Integer.parseInt(arguments[0]));
        mien.start();
        System.out.println("port " + mien.port());
        Thread.sleep(Long.MAX_VALUE);
    }

    @Override
    public void close() {
        process.destroyForcibly();
    }
}
