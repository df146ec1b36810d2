/// What crosses the wire: personas, users, problems and tokens as records, and the Java client.
/// Everything that talks to a Mien server from Java needs this package and nothing else of the project.
@NullMarked
package dev.mien.api;

import org.jspecify.annotations.NullMarked;
