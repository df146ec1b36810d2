/// Decides whether a history is linearizable, document by document, and whether nothing was lost on the way.
/// [dev.mien.checker.verdict.Checker] is the way in; it takes O(n log n) for what the server answered, and searches
/// only where requests without an answer leave a choice. A verdict names the few operations that prove it, and how
/// strong the run was.
@NullMarked
package dev.mien.checker.verdict;

import org.jspecify.annotations.NullMarked;
