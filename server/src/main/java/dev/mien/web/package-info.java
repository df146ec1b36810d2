/// What the server says about itself: its health, its description, and the pages that explain problems; and the files
/// of the console, the page for people at `/`.
@NullMarked
package dev.mien.web;

import org.jspecify.annotations.NullMarked;
