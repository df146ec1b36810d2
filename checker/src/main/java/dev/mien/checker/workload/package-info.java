/// Clients that read and write the documents of a deployment at random, over connections that belong to no worker, and
/// record what they saw.
@NullMarked
package dev.mien.checker.workload;

import org.jspecify.annotations.NullMarked;
