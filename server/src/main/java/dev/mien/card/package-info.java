/// Character cards: personas as files that other programs read and write. Containers (`Png`, `Charx`, `Exif`), the tree
/// of a card and the persona that it becomes (`CardMapping`), and the way back (`CardTree`).
@NullMarked
package dev.mien.card;

import org.jspecify.annotations.NullMarked;
