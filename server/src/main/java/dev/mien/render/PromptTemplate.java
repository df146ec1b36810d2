package dev.mien.render;

import com.samskivert.mustache.BasicCollector;
import com.samskivert.mustache.Mustache;
import com.samskivert.mustache.MustacheException;
import com.samskivert.mustache.Template;
import java.io.Writer;
import java.util.HashMap;
import java.util.Iterator;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.BinaryOperator;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// The template that a system text is put together by: Mustache with `[[` and `]]`, because `{{` belongs to the macros.
///
/// It has values, sections and inverted sections, and nothing that loads a file, calls a method or escapes anything.
final class PromptTemplate {
    /// Most characters of a template.
    static final int MAXIMUM_LENGTH = 100_000;

    /// Most sections in one another.
    static final int MAXIMUM_DEPTH = 20;

    private static final int MAXIMUM_STEPS = 100_000;
    private static final Pattern TAG = Pattern.compile("\\[\\[\\s*([#^/=])");
    /// Characters that no text may hold (they are reserved for uses like this one) mark where a value begins and ends.
    private static final char BEGIN = '\ufdd0';

    private static final char END = '\ufdd1';

    /// What a template may name.
    static final Set<String> NAMES = Set.of(
            "id",
            "name",
            "nickname",
            "char",
            "user",
            "description",
            "appearance",
            "personality",
            "content_themes",
            "themes",
            "style_preferences",
            "style",
            "system_prompt",
            "scenario",
            "example_dialogue",
            "examples",
            "tags",
            "attributes",
            "lore_before",
            "lore_after");

    /// Those with members of their own.
    private static final Set<String> OBJECTS = Set.of("attributes", "style_preferences");

    private static final Set<String> WITHIN = Set.of(".", "this", "-first", "-last", "-index");

    private final String source;
    private final Set<String> named = new TreeSet<>();

    private PromptTemplate(String source) {
        this.source = source;
    }

    /// @throws CannotRenderException with what is wrong with the template
    static PromptTemplate of(String source) {
        var template = new PromptTemplate(source);
        template.check();
        return template;
    }

    /// What is wrong with a template; empty for nothing.
    static Optional<String> problem(String source) {
        try {
            of(source);
            return Optional.empty();
        } catch (CannotRenderException e) {
            return Optional.of(e.violations().getFirst().detail());
        }
    }

    private void check() {
        if (source.length() > MAXIMUM_LENGTH) {
            throw refused("is " + source.length() + " characters long; at most " + MAXIMUM_LENGTH + " are allowed");
        }
        if (source.lastIndexOf("[[") > source.lastIndexOf("]]")) {
            throw refused("has [[ without ]] behind it");
        }
        int depth = 0;
        var tags = TAG.matcher(source);
        while (tags.find()) {
            switch (tags.group(1)) {
                case "=" -> throw refused("changes its delimiters; they are always [[ and ]]");
                case "/" -> depth--;
                default -> depth++;
            }
            if (depth > MAXIMUM_DEPTH) {
                throw refused("has more than " + MAXIMUM_DEPTH + " sections in one another");
            }
        }
        compile(new Steps()).visit(new Names());
    }

    /// Whether the template uses this name.
    boolean names(String name) {
        return named.contains(name);
    }

    private final class Names implements Mustache.Visitor {
        @Override
        public void visitText(String text) {}

        @Override
        public void visitVariable(String name) {
            note(name);
        }

        @Override
        public boolean visitInclude(String name) {
            throw refused("includes '" + name + "'; there are no other templates to include");
        }

        @Override
        public boolean visitParent(String name) {
            return visitInclude(name);
        }

        @Override
        public boolean visitBlock(String name) {
            return visitInclude(name);
        }

        @Override
        public boolean visitSection(String name) {
            return note(name);
        }

        @Override
        public boolean visitInvertedSection(String name) {
            return note(name);
        }

        /// Whether what is inside can be checked: inside an object any name may be one of its members.
        private boolean note(String name) {
            if (WITHIN.contains(name)) {
                return true;
            }
            int dot = name.indexOf('.');
            String first = dot < 0 ? name : name.substring(0, dot);
            if (!NAMES.contains(first) || (dot >= 0 && !OBJECTS.contains(first))) {
                throw refused("names '" + name + "'; there are " + String.join(", ", new TreeSet<>(NAMES)));
            }
            named.add(first);
            return !OBJECTS.contains(name);
        }
    }

    /// The text that the template makes of the values. Values are put in as they are; `literals` is applied to the
    /// text between them.
    ///
    /// @param literals takes a name for the text, and the text
    String fill(Map<String, Object> values, Allowance allowance, BinaryOperator<String> literals) {
        var marked = new StringBuilder();
        var steps = new Steps();
        try {
            compile(steps).execute(values, new Limited(marked, allowance));
        } catch (MustacheException e) {
            throw refused("cannot be filled in: " + e.getMessage());
        }
        var result = new StringBuilder();
        int at = 0;
        for (int piece = 0; at < marked.length(); piece++) {
            int begin = marked.indexOf(String.valueOf(BEGIN), at);
            result.append(literals.apply(
                    "prompt_template/" + piece, marked.substring(at, begin < 0 ? marked.length() : begin)));
            if (begin < 0) {
                break;
            }
            int end = marked.indexOf(String.valueOf(END), begin);
            result.append(marked, begin + 1, end);
            at = end + 1;
        }
        return result.toString();
    }

    private Template compile(Steps steps) {
        try {
            return Mustache.compiler()
                    .withDelims("[[ ]]")
                    .withEscaper(value -> BEGIN + unmarked(value) + END)
                    .withCollector(steps)
                    .withLoader(name -> {
                        throw refused("includes '" + name + "'; there are no other templates to include");
                    })
                    .emptyStringIsFalse(true)
                    .defaultValue("")
                    .compile(unmarked(source));
        } catch (MustacheException e) {
            throw refused("is no template: " + e.getMessage());
        }
    }

    private static String unmarked(String text) {
        return text.indexOf(BEGIN) < 0 && text.indexOf(END) < 0
                ? text
                : text.replace(String.valueOf(BEGIN), "").replace(String.valueOf(END), "");
    }

    private static CannotRenderException refused(String detail) {
        return new CannotRenderException("/prompt_template", detail);
    }

    /// Looks into maps and lists and into nothing else, and counts the turns of all loops.
    private static final class Steps extends BasicCollector {
        private int left = MAXIMUM_STEPS;

        private void step() {
            if (--left < 0) {
                throw refused("goes through its sections more than " + MAXIMUM_STEPS + " times");
            }
        }

        @Override
        public @Nullable Iterator<?> toIterator(Object value) {
            step();
            var turns = super.toIterator(value);
            if (turns == null) {
                return null;
            }
            return new Iterator<Object>() {
                @Override
                public boolean hasNext() {
                    return turns.hasNext();
                }

                @Override
                public Object next() {
                    step();
                    return turns.next();
                }
            };
        }

        @Override
        public <K, V> Map<K, V> createFetcherCache() {
            return new HashMap<>();
        }
    }

    /// Writes as much as is allowed.
    private static final class Limited extends Writer {
        private final StringBuilder target;
        private final Allowance allowance;

        Limited(StringBuilder target, Allowance allowance) {
            this.target = target;
            this.allowance = allowance;
        }

        @Override
        public void write(char[] characters, int offset, int length) {
            allowance.use(length);
            target.append(characters, offset, length);
        }

        @Override
        public void flush() {}

        @Override
        public void close() {}
    }
}
