/// Load on a real server, and what it costs: drivers, scenarios, and the reports that the documents link to.
///
/// The drivers know a server only through HTTP. They run in a process of their own and do as little as they can, for
/// they share the machine with what they measure; what they cost stands beside every figure.
@NullMarked
package dev.mien.benchmarks;

import org.jspecify.annotations.NullMarked;
