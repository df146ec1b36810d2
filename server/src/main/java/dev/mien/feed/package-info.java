/// The change feed: what was changed, told to whoever asks for it or keeps a stream open. DESIGN.md in this folder says
/// why nothing is left out or told twice.
@NullMarked
package dev.mien.feed;

import org.jspecify.annotations.NullMarked;
