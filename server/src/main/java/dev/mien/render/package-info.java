/// Makes prompts of personas: the messages with which a model speaks as the character.
///
/// [Renderer] is a function of a persona's document and a request. It reads nothing else, keeps nothing, and works
/// within limits that are the same on every machine.
@NullMarked
package dev.mien.render;

import org.jspecify.annotations.NullMarked;
