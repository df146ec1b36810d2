/// Users: the accounts that own and edit personas.
@NullMarked
package dev.mien.user;

import org.jspecify.annotations.NullMarked;
