package dev.mien.benchmarks;

/// One kind of load on one server.
///
/// @param name as in `--loads` and in reports
/// @param server the server's name in reports; empty where there is only one
/// @param units documents per request
/// @param target the wanted throughput in units, as a share of what `/livez` of the same server does; 0 for none
record Load(String name, String server, Target on, Requests requests, int expectedStatus, int units, double target) {

    /// The same by its parts' names.
    String title() {
        return server.isEmpty() ? name : name + " (" + server + ")";
    }

    /// The same, held against nothing.
    Load withoutTarget() {
        return new Load(name, server, on, requests, expectedStatus, units, 0);
    }
}
