/// What personas and users have in common: the schema that a document must fit, and the service and the resource that
/// create, change, find and list documents of one collection.
@NullMarked
package dev.mien.document;

import org.jspecify.annotations.NullMarked;
