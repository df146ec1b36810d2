/// What the server says about itself: the start page, its health, its description, and the pages that explain problems.
@NullMarked
package dev.mien.web;

import org.jspecify.annotations.NullMarked;
