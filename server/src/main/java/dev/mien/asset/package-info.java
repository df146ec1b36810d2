/// Pictures and other files of personas: stored once under the address that their content gives them, served with long
/// lifetimes, and drawn small. Persona documents name addresses; triggers keep who uses what.
@NullMarked
package dev.mien.asset;

import org.jspecify.annotations.NullMarked;
