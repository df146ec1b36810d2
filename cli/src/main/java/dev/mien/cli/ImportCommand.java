package dev.mien.cli;

import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.node.ObjectNode;

/// Brings documents from files into a store.
@Command(
        name = "import",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        description = {
            "Bring users and personas from files of JSON Lines into a store, as export writes them. Each keeps its id. It may be"
                    + " run again, also after it was interrupted: what is there and equal stays as it is.",
            "Character cards (JSON, PNG, APNG, CHARX, JPEG, WebP), or folders of them, become personas. A card that was imported"
                    + " before is not imported again, whatever was edited since. A line tells what became of each.",
            "A document that is there and different is left alone and reported, or replaced with --overwrite. Versions,"
                    + " revisions and times are those of the import; mien copy keeps them. Where a file has several versions"
                    + " of a document, they are made one after another, with their actor and message, and then labelled."
        },
        footer = {
            "",
            "Exit status 0: all lines and cards are in the store. 1: some are not. 2: the command line is wrong."
        })
final class ImportCommand implements Callable<Integer> {
    @Spec
    private CommandSpec spec;

    @Mixin
    private final Source source = new Source();

    @Parameters(
            arity = "1..*",
            paramLabel = "FILE",
            description =
                    "what to read: JSON Lines, compressed if the name ends in .gz, - for standard input; a card; or a folder"
                            + " of cards")
    private List<String> files = new ArrayList<>();

    @Option(names = "--overwrite", description = "replace documents that are there and different")
    private boolean overwrite;

    @Option(names = "--stop-on-error", description = "end with the first line that cannot be imported")
    private boolean stopOnError;

    @Option(names = "--dry-run", description = "cards only: tell what would come of it, and write nothing")
    private boolean dryRun;

    @Option(names = "--owner", paramLabel = "ID", description = "cards only: the user who is to own the personas")
    private @Nullable String owner;

    @Option(
            names = "--report",
            paramLabel = "FILE",
            description = "cards only: write what became of each to this file, as JSON Lines")
    private @Nullable Path report;

    @Override
    public Integer call() throws Exception {
        PrintWriter err = spec.commandLine().getErr();
        var counter = new Counter(err, "Imported");
        var temporary = new ArrayList<Path>();
        try (var open = source.open(spec, false)) {
            var inputs = new ArrayList<Path>();
            var names = new ArrayList<String>();
            var cards = new ArrayList<Path>();
            for (String file : files) {
                if (!file.equals("-") && Files.isDirectory(Path.of(file))) {
                    cards.addAll(CardImport.in(Path.of(file)));
                } else if (!file.equals("-") && CardImport.isCard(readable(Path.of(file)))) {
                    cards.add(Path.of(file));
                } else {
                    inputs.add(file.equals("-") ? standardInput(temporary) : readable(Path.of(file)));
                    names.add(file);
                }
            }
            if (dryRun && !inputs.isEmpty()) {
                throw new ParameterException(
                        spec.commandLine(), "--dry-run is for cards, and " + names.getFirst() + " is none");
            }
            boolean all = inputs.isEmpty() || lines(open.api(), counter, inputs, names);
            return cards(open.api(), counter, cards, inputs.isEmpty()) && all ? 0 : 1;
        } catch (FailedException e) {
            counter.say("mien: " + e.getMessage());
            return 1;
        } finally {
            for (var file : temporary) {
                Files.deleteIfExists(file);
            }
        }
    }

    /// @param alone whether there is nothing else to import
    /// @return whether all are in the store, or could be
    private boolean cards(ServerApi api, Counter counter, List<Path> cards, boolean alone) throws IOException {
        if (cards.isEmpty()) {
            if (alone) {
                counter.say("There are no cards.");
            }
            return true;
        }
        try (var to = report == null ? null : new BufferedOutputStream(Files.newOutputStream(report))) {
            var run = new CardImport(api, owner, dryRun, spec.commandLine().getOut(), counter, to);
            run.run(cards);
            counter.say(String.format(Locale.ROOT, "%s, in %.1f s.", run.summary(), counter.seconds()));
            return run.refused() == 0;
        }
    }

    /// @return whether all lines are in the store
    private boolean lines(ServerApi api, Counter counter, List<Path> inputs, List<String> names) {
        var run = new Import(api, overwrite, stopOnError, counter, names.size() > 1);
        // Users first, since personas name them.
        boolean goOn = true;
        for (var kind : Lines.KINDS) {
            for (int i = 0; i < inputs.size() && goOn; i++) {
                goOn = run(run, inputs.get(i), names.get(i), kind);
            }
        }
        var counts = run.counts();
        counter.say(String.format(
                Locale.ROOT,
                "Created %,d, replaced %,d, already there %,d, not imported %,d%s%s in %.1f s.",
                counts.created(),
                counts.replaced(),
                counts.unchanged(),
                counts.refused(),
                labels(counts.labels()),
                goOn ? "" : " (stopped there)",
                counter.seconds()));
        return counts.refused() == 0;
    }

    private static String labels(long count) {
        return switch ((int) Math.min(count, 2)) {
            case 0 -> "";
            case 1 -> "; 1 label";
            default -> String.format(Locale.ROOT, "; %,d labels", count);
        };
    }

    private static Path readable(Path file) {
        if (!Files.isReadable(file) || Files.isDirectory(file)) {
            throw new FailedException("cannot read " + file);
        }
        return file;
    }

    /// It is read twice, so it is kept meanwhile.
    private static Path standardInput(List<Path> temporary) throws IOException {
        var file = Files.createTempFile("mien-import-", ".jsonl");
        temporary.add(file);
        Files.copy(System.in, file, StandardCopyOption.REPLACE_EXISTING);
        return file;
    }

    /// @return whether to go on
    private static boolean run(Import run, Path file, String name, Lines.Kind kind) {
        boolean first = kind.equals(Lines.KINDS.getFirst());
        run.begin(name);
        long number = 0;
        try (var in = Lines.read(file)) {
            for (byte[] line = Lines.next(in); line != null && run.goesOn(); line = Lines.next(in)) {
                number++;
                var document = document(run, line, number, first);
                if (document == null) {
                    continue;
                }
                String what = document.path("kind").stringValue("");
                if (what.equals(kind.name())) {
                    run.add(kind, document, number);
                } else if (what.equals(Lines.ASSET) && !first) {
                    run.addFile(document, number); // Before the personas that name it, and at once.
                } else if (what.equals(Lines.LABEL) && !first) {
                    run.addLabel(document, number);
                }
            }
        } catch (IOException e) {
            // Said once: a file that is cut off is so each time.
            if (first) {
                run.refuse(number + 1, "the file cannot be read on: " + e.getMessage());
            }
        }
        run.flush();
        return run.goesOn();
    }

    /// The document on a line; null where there is none.
    ///
    /// @param first whether to report what is wrong with a line, which is done once
    private static @Nullable ObjectNode document(Import run, byte[] line, long number, boolean first) {
        String fault;
        try {
            String text = Lines.text(line);
            if (text.isEmpty()) {
                return null;
            }
            if (Lines.JSON.readTree(text) instanceof ObjectNode document) {
                String kind = document.path("kind").stringValue("");
                if (kind.equals(Lines.ASSET)
                        || kind.equals(Lines.LABEL)
                        || Lines.KINDS.stream().anyMatch(known -> known.name().equals(kind))) {
                    return document;
                }
                fault = "kind is neither user, persona, label nor asset";
            } else {
                fault = "not a JSON object";
            }
        } catch (CharacterCodingException e) {
            fault = "not valid UTF-8";
        } catch (JacksonException e) {
            fault = "not well-formed JSON: "
                    + String.valueOf(e.getOriginalMessage()).lines().findFirst().orElse("");
        } catch (IOException e) {
            fault = String.valueOf(e.getMessage());
        }
        if (first) {
            run.refuse(number, fault);
        }
        return null;
    }
}
