package dev.mien.render;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.json.JsonMapper;

class ScanTest {
    private static final JsonMapper JSON = new JsonMapper();

    private final Warnings warnings = new Warnings();
    private @Nullable Integer greeting;
    private @Nullable Integer depth;
    private @Nullable Integer budget;

    /// @param conversation messages whose first letter says whose they are: `u:`, `a:`, `s:`
    private List<Scan.Chosen> choose(String book, String... conversation) {
        var messages = new ArrayList<Message>();
        for (String message : conversation) {
            String role = Map.of('u', "user", 'a', "assistant", 's', "system").get(message.charAt(0));
            messages.add(new Message(Objects.requireNonNull(role), message.substring(2)));
        }
        var lorebook = Lorebook.of(JSON.readTree(book.replace('\'', '"')));
        var macros = new Macros("Fay", "Ann", Map.of(), null, new Dice(1L, "p"), new Allowance());
        return new Scan(lorebook, messages, greeting, depth, macros, warnings)
                .choose(budget == null ? lorebook.tokenBudget() : budget);
    }

    private List<String> texts(String book, String... conversation) {
        return choose(book, conversation).stream().map(Scan.Chosen::text).toList();
    }

    private static String entry(String members) {
        return "{'entries':[{'content':'X'," + members + "}]}";
    }

    private boolean matches(String members, String... conversation) {
        return !texts(entry(members), conversation).isEmpty();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                // Members of the entry | the latest message | whether it matches
                "'keys':['dragon']                                              | The Dragons! | true",
                "'keys':['wyrm','dragon']                                       | a dragon     | true",
                "'keys':['dragon']                                              | a wyrm       | false",
                "'keys':['Dragon'],'case_sensitive':true                        | a dragon     | false",
                "'keys':['Dragon'],'case_sensitive':true                        | a Dragon     | true",
                "'keys':['dragon'],'enabled':false                              | a dragon     | false",
                "'keys':['dragon'],'enabled':'false'                            | a dragon     | false",
                "'keys':['dragon'],'disable':true                               | a dragon     | false",
                "'keys':[],'constant':true                                      | hello        | true",
                "'keys':[],'constant':true,'enabled':false                      | hello        | false",
                "'keys':[]                                                      | hello        | false",
                "'keys':['','  ']                                               | hello        | false",
                "'keys':'dragon, wyrm'                                          | a wyrm       | true",
                "'key':['dragon']                                               | a dragon     | true",
                "'keys':['a'],'selective':true,'secondary_keys':['b','c']       | a c          | true",
                "'keys':['a'],'selective':true,'secondary_keys':['b','c']       | a            | false",
                "'keys':['a'],'selective':true,'secondary_keys':[]              | a            | true",
                "'keys':['a'],'selective':false,'secondary_keys':['b']          | a            | true",
                "'keys':['a'],'secondary_keys':['b'],'selective':true,'constant':true | x      | true",
                "'use_regex':true,'keys':['/dr[ae]gon/i']                       | a DREGON     | true",
                "'use_regex':true,'keys':['/dr[ae]gon/']                        | a DREGON     | false",
                "'use_regex':true,'keys':['/dr.gon/s','/x/']                    | dr~gon  | true",
                "'use_regex':true,'keys':['/^b/m']                              | a~b     | true",
                "'use_regex':true,'keys':['/^b/']                               | a~b     | false",
                "'use_regex':true,'keys':['/(?<x>dr)\\\\u0061gon/gu']           | a dragon     | true",
                "'use_regex':true,'keys':['drag(on']                            | drag(on      | false",
                "'use_regex':true,'keys':['/a(?=b)/']                           | ab           | false",
                "'use_regex':true,'keys':['/a/'],'constant':true                | x            | false",
                "'use_regex':true,'keys':['a'],'constant':true                  | x            | true",
                "'use_regex':true,'keys':['/a/'],'selective':true,'secondary_keys':['b'] | a   | true",
                "'use_regex':false,'keys':['/a/i']                              | a            | false",
            })
    void choose_anEntry_asItsMembersSay(String members, String message, boolean expected) {
        assertThat(matches(members, "u:" + message.replace("~", "\n"))).isEqualTo(expected);
    }

    @Test
    void choose_barePattern_isAPattern() {
        assertThat(matches("'use_regex':true,'keys':['dragon|wyrm']", "u:a WYRM"))
                .isTrue();
        assertThat(matches("'use_regex':true,'keys':['dragon|wyrm'],'case_sensitive':true", "u:a WYRM"))
                .isFalse();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                // Decorators | conversation | whether an entry with the key k matches
                "@@dont_activate                          | u:k                     | false",
                "@@activate                               | u:x                     | true",
                "@@dont_activate\\n@@activate             | u:x                     | true",
                "@@activate_only_after 2                  | a:1;u:k                 | false",
                "@@activate_only_after 2                  | a:1;a:2;u:k             | true",
                "@@activate_only_every 2                  | a:1;u:k                 | false",
                "@@activate_only_every 2                  | a:1;a:2;u:k             | true",
                "@@activate_only_every 0                  | a:1;u:k                 | true",
                "@@is_greeting 1                          | u:k                     | true",
                "@@is_greeting 2                          | u:k                     | false",
                "@@scan_depth 1                           | u:k;u:x                 | false",
                "@@scan_depth 9                           | u:k;u:1;u:2;u:3;u:4;u:5 | true",
                "@@scan_depth x                           | u:k;u:1                 | true",
                "@@additional_keys b,c                    | u:k                     | false",
                "@@additional_keys b,c                    | u:k C                   | true",
                "@@additional_keys b\\n@@additional_keys c | u:k b                  | false",
                "@@additional_keys b\\n@@additional_keys c | u:k b c                | true",
                "@@exclude_keys b, c                      | u:k c                   | false",
                "@@exclude_keys b, c                      | u:k                     | true",
                "@@keep_activate_after_match              | u:k;u:1;u:2;u:3;u:4;u:5 | true",
                "@@keep_activate_after_match              | a:k;u:1;u:2;u:3;u:4;u:5 | true",
                "@@keep_activate_after_match              | a:k;a:1;a:2;a:3;a:4;u:5 | false",
                "@@dont_activate_after_match              | u:k;a:1;u:k             | false",
                "@@dont_activate_after_match              | u:1;a:1;u:k             | true",
                "@@is_user_icon main                      | u:k                     | true",
                "@@instruct_scan_depth 0                  | u:k                     | true",
                "@@unknown 1\\n@@@dont_activate           | u:k                     | false",
                "@@scan_depth x\\n@@@dont_activate        | u:k                     | false",
                "@@scan_depth 4\\n@@@dont_activate        | u:k                     | true",
                "@@a\\n@@@b\\n@@@c\\n@@@d\\n@@@e\\n@@@dont_activate | u:k           | false",
                "@@a\\n@@@scan_depth 4\\n@@@dont_activate | u:k                     | true",
                "@@@dont_activate                         | u:k                     | true",
                "@@a\\n\\n@@@dont_activate                | u:k                     | false",
                "@@scan_depth 1\\n@@scan_depth 9          | u:k;u:1                 | false",
                "@@ dont_activate                         | u:k                     | true",
                "text\\n@@dont_activate                   | u:k                     | true",
            })
    void choose_decorators_areFollowed(String decorators, String conversation, boolean expected) {
        greeting = 1;
        String book = "{'entries':[{'keys':['k'],'content':'" + decorators + "\\n\\nX'}]}";

        var texts = texts(book, conversation.strip().split(";"));

        assertThat(!texts.isEmpty()).isEqualTo(expected);
        assertThat(texts).allSatisfy(text -> assertThat(text).endsWith("X"));
    }

    @Test
    void choose_isGreetingWhereItIsNotKnown_isLeftToTheFallback() {
        String book = "{'entries':[{'keys':['k'],'content':'@@is_greeting 2\\n@@@dont_activate\\nX'},"
                + "{'keys':['k'],'content':'@@is_greeting 2\\nY'}]}";

        assertThat(texts(book, "u:k")).containsExactly("Y");
    }

    @Test
    void choose_decorators_areNoPartOfTheText() {
        String book =
                "{'entries':[{'keys':['k'],'content':'\\n@@depth 2\\n\\n@@role user\\r\\n@@none\\n\\n  X\\n@@y\\n'}]}";

        var chosen = choose(book, "u:k").getFirst();

        assertThat(chosen.text()).isEqualTo("X\n@@y");
        assertThat(chosen.decorators().text("role")).isEqualTo("user");
        assertThat(chosen.decorators().number("depth")).hasValue(2);
    }

    @Test
    void choose_scanDepth_isOfTheRequestOrTheBookOrFour() {
        String members = "'keys':['k']";
        String book = "{'scan_depth':'1','entries':[{'content':'X','keys':['k']}]}";

        assertThat(matches(members, "u:k", "a:1", "u:2", "a:3")).isTrue();
        assertThat(matches(members, "u:k", "a:1", "u:2", "a:3", "u:4")).isFalse();
        assertThat(texts(book, "u:k", "a:1")).isEmpty();
        depth = 2;
        assertThat(texts(book, "u:k", "a:1")).containsExactly("X");
        depth = 0;
        assertThat(texts(book, "u:k")).isEmpty();
    }

    @Test
    void choose_severalEntries_standInTheirOrder() {
        String book = "{'entries':[{'keys':['k'],'content':'C','insertion_order':30},"
                + "{'keys':['k'],'content':'A','insertion_order':-1.5},"
                + "{'keys':['k'],'content':'B1','insertion_order':'20'},"
                + "{'keys':['k'],'content':'B2','insertion_order':20}]}";

        assertThat(texts(book, "u:k k k")).containsExactly("A", "B1", "B2", "C");
    }

    @Test
    void choose_moreThanTheBudget_leavesOutTheLowestPriority() {
        String book = "{'token_budget':2,'entries':[{'keys':['k'],'content':'one','priority':3,'insertion_order':1},"
                + "{'keys':['k'],'content':'two','priority':1,'insertion_order':2},"
                + "{'constant':true,'content':'three','priority':2,'insertion_order':3}]}";

        assertThat(texts(book, "u:k")).containsExactly("one", "three");
        assertThat(warnings.texts()).containsExactly("The lorebook entry 'k' was left out: the budget is 2 tokens.");
        budget = 3;
        assertThat(texts(book, "u:k")).containsExactly("one", "two", "three");
        budget = 1;
        assertThat(texts(book, "u:k")).containsExactly("one");
        budget = 0;
        assertThat(texts(book, "u:k")).isEmpty();
    }

    @Test
    void choose_moreThanTheBudget_withoutPrioritiesGoesByTheOrder() {
        String book = "{'token_budget':1,'entries':[{'keys':['k'],'content':'one','insertion_order':1},"
                + "{'keys':['k'],'content':'two','insertion_order':2}]}";

        assertThat(texts(book, "u:k")).containsExactly("two");
    }

    @Test
    void choose_moreThanTheBudget_leavesOutFirstWhatAsksForIt() {
        String book = "{'token_budget':1,'entries':["
                + "{'keys':['k'],'content':'@@ignore_on_max_context\\none','priority':9},"
                + "{'keys':['k'],'content':'two','priority':1}]}";

        assertThat(texts(book, "u:k")).containsExactly("two");
    }

    @Test
    void choose_recursively_entriesCallUpOthersOnceEach() {
        String entries =
                "'entries':[{'keys':['c'],'content':'a'},{'keys':['b'],'content':'c'},{'keys':['a'],'content':'b'},"
                        + "{'keys':['h'],'content':'H'},{'keys':['k'],'content':'a {{hidden_key:h}}{{// z}}{{comment:z}}'},"
                        + "{'keys':['z'],'content':'Z'}]}";

        assertThat(texts("{'recursive_scanning':true," + entries, "u:k")).containsExactly("a", "c", "b", "H", "a");
        assertThat(texts("{'recursive_scanning':false," + entries, "u:k")).containsExactly("a");
        assertThat(texts("{" + entries, "u:k")).containsExactly("a");
    }

    @Test
    void choose_entry_saysWhy() {
        String book = "{'recursive_scanning':true,'entries':["
                + "{'name':'one','id':'i','keys':['x','K'],'content':'second','insertion_order':1},"
                + "{'comment':'two','keys':['second'],'content':'B','insertion_order':2},"
                + "{'keys':['/k/'],'use_regex':true,'content':'C','insertion_order':3},"
                + "{'constant':true,'content':'D','insertion_order':4}]}";

        var chosen = choose(book, "u:k");

        assertThat(chosen)
                .extracting(one -> one.entry().label() + " " + one.why() + " " + one.key() + " " + one.where())
                .containsExactly(
                        "one key K conversation",
                        "two key second one",
                        "/k/ pattern /k/ conversation",
                        "entry 4 constant null null");
    }

    @Test
    void choose_emptyContent_insertsNothing() {
        assertThat(texts("{'entries':[{'constant':true,'content':''},{'constant':true,'content':'@@depth 1'},"
                        + "{'constant':true,'content':'{{// x}}'},{'constant':true}]}"))
                .isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "null",
                "[]",
                "'x'",
                "7",
                "{}",
                "{'entries':null}",
                "{'entries':'x'}",
                "{'entries':[null,7,'x',[]]}",
                "{'entries':[{}]}",
                "{'scan_depth':{},'token_budget':[],'recursive_scanning':7,'entries':[{'keys':{},'content':7}]}",
                "{'entries':[{'keys':[7,null],'content':'X','insertion_order':'NaN','priority':[],'position':{}}]}",
            })
    void choose_nonsense_isNoBook(String book) {
        assertThat(texts(book, "u:k")).isEmpty();
    }

    @Test
    void choose_otherShapes_areRead() {
        String alone = "{'spec':'lorebook_v3','data':{'entries':[{'keys':['k'],'content':'X'}]}}";
        String world = "{'entries':{'0':{'uid':7,'key':['k'],'content':'X','order':3,'position':1,"
                + "'extensions':{'position':4,'depth':2,'role':1}}}}";

        assertThat(texts(alone, "u:k")).containsExactly("X");
        var entry = choose(world, "u:k").getFirst().entry();
        assertThat(entry.depth()).isEqualTo(2);
        assertThat(entry.role()).isEqualTo("user");
        assertThat(entry.afterCharacter()).isTrue();
        assertThat(String.valueOf(entry.id())).isEqualTo("7");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/(a+)+$/",
                "/(a|a)*b/",
                "/(.*)*x/",
                "/((a{0,20}){0,20})y/",
                "/(|)(|)(|)(|)(|)(|)(|)(|)(|)(|)(|)(|)(|)(|)(|)(|)(|)(|)(|)(|)(|)(|)(|)(|)(|)(|)(|)(|)(|)(|)(|)x/",
            })
    void choose_catastrophicPattern_doesNotMatchAndEnds(String pattern) {
        String book = "{'entries':[{'use_regex':true,'content':'X','keys':['" + pattern + "']}]}";

        assertThat(texts(book, "u:" + "a".repeat(5_000) + "!")).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"/(a{1000}){1000}/", "/((((a{9}){99}){99}){99}){99}/", "/a{1,99999}/", "/a{999999999999}/"})
    void choose_hugePattern_isNotBuilt(String pattern) {
        String book = "{'entries':[{'use_regex':true,'content':'X','keys':['" + pattern + "']}]}";

        assertThat(texts(book, "u:aaa")).isEmpty();
        assertThat(warnings.texts()).singleElement().asString().contains("cannot be used", pattern);
    }

    @Test
    void choose_tooMuchToMatch_isCutOffAndSaid() {
        var book = new StringBuilder("{'entries':[");
        for (int i = 0; i < 2_000; i++) {
            book.append("{'use_regex':true,'content':'X','keys':['/(x|y|z|[^a]b){1,50}")
                    .append(i)
                    .append("/']},");
        }
        book.append("{'keys':['a'],'content':'Y'}]}");

        assertThat(texts(book.toString(), "u:" + "a".repeat(200_000))).isEmpty();
        assertThat(warnings.texts())
                .contains(
                        "The lorebook takes too long to match with this conversation; some keys were not looked for.");
    }
}
