/// Labels: names for versions of personas, such as `production`, that are moved by hand. A label is a document of its
/// own, so it is as fresh as any, and the log says who moved it.
@NullMarked
package dev.mien.label;

import org.jspecify.annotations.NullMarked;
