/// Settings as records: one record per concern, one component per setting, the default and the explanation beside it.
@NullMarked
package dev.mien.config;

import org.jspecify.annotations.NullMarked;
