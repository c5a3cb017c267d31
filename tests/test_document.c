/* Expected places counted by hand in the texts below. */
#include "tests/check.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "io/read/document.h"

#define FIVE(text) text text text text text

static const struct {
    const char *name, *text;
    enum fault_code code;
    size_t line, column;
    const char *says; /* a part of the detail */
} bad[] = {
    {"nothing", "", FAULT_CONTENT, 1, 1, "nothing in the file"},
    {"white space", "\n\n   \n", FAULT_CONTENT, 1, 1, "nothing in the file"},
    {"a comment", "# stages\n", FAULT_CONTENT, 1, 1, "nothing in the file"},
    {"dashes only", "---\n", FAULT_CONTENT, 1, 1, "nothing in the file"},
    {"key twice", "a: 1\nb: 2\na: 3\n", FAULT_CONTENT, 3, 1, "stands twice; first in line 1"},
    {"key twice within", "x: {a: 1, b: 2, b: 3}\n", FAULT_CONTENT, 1, 17, "\"b\" stands twice"},
    {"quoted twin", "a: 1\n\"a\": 3\n", FAULT_CONTENT, 2, 1, "stands twice"},
    {"alias", "a: &x 1\nb: *x\n", FAULT_CONTENT, 1, 4, "an anchor"},
    {"alias of nothing", "a: 1\nb: *x\n", FAULT_CONTENT, 2, 4, "an alias"},
    {"anchor on a list", "a: &x [1]\n", FAULT_CONTENT, 1, 4, "an anchor"},
    {"anchor on a map", "a: &x {b: 1}\n", FAULT_CONTENT, 1, 4, "an anchor"},
    {"tag", "a: !!int 1\n", FAULT_CONTENT, 1, 4, "a tag"},
    {"tag on a list", "a: !x [1]\n", FAULT_CONTENT, 1, 4, "a tag"},
    {"second document", "a: 1\n---\nb: 2\n", FAULT_CONTENT, 2, 1, "a second document"},
    {"list as key", "[a, b]: 1\n", FAULT_CONTENT, 1, 1, "as a key"},
    {"map as key", "x:\n  {a: 1}: 1\n", FAULT_CONTENT, 2, 3, "as a key"},
    {"tab", "a:\n\tb: 1\n", FAULT_SYNTAX, 2, 1, "a tab"},
    {"bracket left open", "a: [1, 2\nb: 3\n", FAULT_SYNTAX, 2, 2, "not valid YAML"},
    {"bracket too many", "a: 1]\nb: ]\n", FAULT_SYNTAX, 2, 4, "not valid YAML"},
    {"quote left open", "a: \"x\nb: 1\n", FAULT_SYNTAX, 3, 1, "not valid YAML"},
    {"indented wrongly", "a:\n    b: 1\n  c: 2\n", FAULT_SYNTAX, 3, 3, "not valid YAML"},
    {"colon in a text", "a: b: c\n", FAULT_SYNTAX, 1, 5, "not valid YAML"},
    {"not UTF-8", "a: caf\xe9\n", FAULT_SYNTAX, 1, 7, "not text"},
    {"not UTF-8, after it", "\xc3\xa9: 1\nb: caf\xe9\n", FAULT_SYNTAX, 2, 7, "not text"},
    {"control character", "a: b\x01\n", FAULT_SYNTAX, 1, 5, "not text"},
    {"NUL escaped", "a: \"x\\0y\"\n", FAULT_CONTENT, 1, 4, "a NUL"},
    {"33 levels", "- - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - x\n",
     FAULT_CONTENT, 1, 65, "32 levels"},
    {"33 brackets", "[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]",
     FAULT_CONTENT, 1, 33, "32 levels"},
};

static void test_bad(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(bad); i++) {
        struct document document;
        const struct fault fault =
            document_parse("study.yaml", bad[i].text, strlen(bad[i].text), &document);
        if (fault.code != bad[i].code || fault.row != bad[i].line ||
            fault.column != bad[i].column || strstr(fault.detail, bad[i].says) == NULL) {
            fail_msg("%s: %d %zu:%zu %s", bad[i].name, (int)fault.code, fault.row, fault.column,
                     fault.detail);
        }
        assert_string_equal(fault.file, "study.yaml");
        assert_null(document.arena.blocks);
    }
}

/* Every beginning of a document is read or refused. */
static void test_truncated(void **state)
{
    (void)state;
    const char text[] = "a: [1, {b: \"x\\n\", c: 'y'}]\n? d\n: |\n  block\ne: >-\n  f\n\n  g\n";
    for (size_t n = 0; n <= strlen(text); n++) {
        struct document document;
        char *const copy = malloc(n + 1); /* so that reading past the end is seen */
        memcpy(copy, text, n);
        if (document_parse("x", copy, n, &document).code == FAULT_NONE) {
            document_free(&document);
        }
        free(copy);
    }
}

/* Texts of 1 MiB that could keep a parser busy are refused at once. */
static void test_hostile(void **state)
{
    (void)state;
    const char *const units[] = {"[", "{", "- ", "[a,", "{a: ", "? ", "a: ", "[\n"};
    const size_t n = 1024 * 1024;
    char *const text = malloc(n + 1);
    for (size_t i = 0; i < COUNT(units); i++) {
        struct document document;
        for (size_t k = 0; k < n; k++) {
            text[k] = units[i][k % strlen(units[i])];
        }
        const struct fault fault = document_parse("x", text, n, &document);
        assert_true(fault.code == FAULT_CONTENT || fault.code == FAULT_SYNTAX);
        assert_true(fault.row > 0 && fault.column > 0);
    }
    memset(text, '\n', n + 1);
    text[0] = 'a';
    struct document document;
    struct fault fault = document_parse("x", text, n, &document);
    assert_int_equal(fault.code, FAULT_NONE);
    document_free(&document);
    fault = document_parse("x", text, n + 1, &document);
    assert_int_equal(fault.code, FAULT_CONTENT);
    assert_int_equal(fault.row, n); /* line n + 1 is the one that does not fit */
    assert_non_null(strstr(fault.detail, "1 MiB"));
    free(text);
}

static void test_tree(void **state)
{
    (void)state;
    const char text[] = "title: Gwasanaeth caf\xc3\xa9\n"
                        "stages:\n"
                        "  - start\n"
                        "  - {name: end, values: [\"T1\", '']}\n"
                        "missing:\n";
    struct document document;
    assert_int_equal(document_parse("x", text, strlen(text), &document).code, FAULT_NONE);
    const struct node *const root = &document.root, *const stages = node_get(root, "stages");
    assert_int_equal(root->kind, NODE_MAP);
    assert_int_equal(root->n_children, 3);
    assert_string_equal(node_get(root, "title")->text, "Gwasanaeth caf\xc3\xa9");
    assert_int_equal(stages->kind, NODE_LIST);
    assert_int_equal(stages->n_children, 2);
    assert_int_equal(stages->children[1].line, 4);
    assert_int_equal(stages->children[1].column, 5);
    const struct node *const values = node_get(&stages->children[1], "values");
    assert_true(values->children[0].quoted);
    assert_string_equal(values->children[1].text, "");
    assert_true(values->children[1].quoted);
    assert_int_equal(values->children[1].column, 32);
    assert_string_equal(node_get(root, "missing")->text, "");
    assert_false(node_get(root, "missing")->quoted);
    assert_null(node_get(root, "titel"));
    assert_null(node_get(stages, "start"));
    document_free(&document);
    document_free(&document); /* an empty one is fine */
}

/* --- typed questions ------------------------------------------------------------------------ */

enum question { TEXT, INTEGER, NUMBER, YES_NO, WORD, KEYS };

static const struct {
    enum question question;
    const char *value; /* of the key "k", which begins in line 1, column 4 */
    double expected;   /* NAN: a fault; for words the place, for yes or no 1 or 0 */
    const char *says;
} questions[] = {
    {TEXT, "x", 0, NULL},
    {TEXT, "", NAN, "found nothing, expected a text"},
    {TEXT, "''", NAN, "found nothing"},
    {TEXT, "[a]", NAN, "found a list"},
    {TEXT, "{a: b}", NAN, "found keys with values"},
    {INTEGER, "7", 7, NULL},
    {INTEGER, "'-3'", -3, NULL},
    {INTEGER, "+9", 9, NULL},
    {INTEGER, "10", NAN, "found \"10\", expected a whole number from -3 to 9"},
    {INTEGER, "-4", NAN, "expected a whole number"},
    {INTEGER, "99999999999999999999", NAN, "expected a whole number"},
    {INTEGER, "1.0", NAN, "expected a whole number"},
    {INTEGER, "0x5", NAN, "expected a whole number"},
    {INTEGER, "1 2", NAN, "expected a whole number"},
    {INTEGER, "'-'", NAN, "expected a whole number"},
    {INTEGER, "", NAN, "found nothing"},
    {INTEGER, "[1]", NAN, "found a list"},
    {NUMBER, "0.25", 0.25, NULL},
    {NUMBER, "-1", -1, NULL},
    {NUMBER, "1e0", 1, NULL},
    {NUMBER, "1,5", NAN, "expected a number from -1 to 2"},
    {NUMBER, "inf", NAN, "expected a number"},
    {NUMBER, "nan", NAN, "expected a number"},
    {NUMBER, "0x1", NAN, "expected a number"},
    {NUMBER, "2.0001", NAN, "expected a number"},
    {NUMBER, "1e999", NAN, "expected a number"},
    {NUMBER, "1.2.3", NAN, "expected a number"},
    {YES_NO, "Yes", 1, NULL},
    {YES_NO, "TRUE", 1, NULL},
    {YES_NO, "no", 0, NULL},
    {YES_NO, "false", 0, NULL},
    {YES_NO, "y", NAN, "expected yes or no"},
    {YES_NO, "", NAN, "expected yes or no"},
    {WORD, "first", 1, NULL},
    {WORD, "neerest", NAN, "did you mean \"nearest\"?"},
    {WORD, "somewhere", NAN, "expected one of: nearest, first, last"},
    {WORD, "[first]", NAN, "found a list"},
    {KEYS, "{first: 1, last: 2}", 0, NULL},
    {KEYS, "x", NAN, "expected keys with values"},
};
static const char *const picks[] = {"nearest", "first", "last"};

static struct fault ask(const struct document *document, enum question question,
                        const struct node *node, double *out)
{
    const char *text;
    int64_t whole = 0;
    bool yes = false;
    size_t place = 0;
    struct fault fault = FAULT_FREE;
    *out = 0;
    switch (question) {
    case TEXT:
        return node_text(document, node, &text);
    case INTEGER:
        fault = node_integer(document, node, -3, 9, &whole);
        *out = (double)whole;
        break;
    case NUMBER:
        return node_number(document, node, -1.0, 2.0, out);
    case YES_NO:
        fault = node_yes_no(document, node, &yes);
        *out = yes ? 1 : 0;
        break;
    case WORD:
        fault = node_word(document, node, picks, COUNT(picks), &place);
        *out = (double)place;
        break;
    case KEYS:
        return node_check_keys(document, node, picks, COUNT(picks));
    }
    return fault;
}

static void test_questions(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(questions); i++) {
        struct document document;
        char text[100];
        double got;
        const int n = snprintf(text, sizeof text, "k: %s\n", questions[i].value);
        assert_int_equal(document_parse("x", text, (size_t)n, &document).code, FAULT_NONE);
        const struct fault fault =
            ask(&document, questions[i].question, node_get(&document.root, "k"), &got);
        if (!isnan(questions[i].expected)) {
            if (fault.code != FAULT_NONE || !close_to(got, questions[i].expected, 0.0)) {
                fail_msg("%s: %g, %s", questions[i].value, got, fault.detail);
            }
        } else if (fault.code != FAULT_CONTENT || fault.row != 1 ||
                   (fault.column != 4 && questions[i].value[0] != '\0') ||
                   strstr(fault.detail, questions[i].says) == NULL) {
            fail_msg("%s: %zu:%zu %s", questions[i].value, fault.row, fault.column, fault.detail);
        }
        document_free(&document);
    }
}

static void test_unknown_key(void **state)
{
    (void)state;
    const char text[] = "first: 1\n  \nlats: 2\n";
    struct document document;
    assert_int_equal(document_parse("x", text, strlen(text), &document).code, FAULT_NONE);
    const struct fault fault = node_check_keys(&document, &document.root, picks, COUNT(picks));
    assert_int_equal(fault.row, 3);
    assert_int_equal(fault.column, 1);
    assert_string_equal(fault.detail, "the key \"lats\" is not known here; did you mean \"last\"?");
    document_free(&document);
}

/* A long text of many-byte letters is cut between two of them. */
static void test_long_text_in_fault(void **state)
{
    (void)state;
    const char text[] = "k: ab" FIVE(FIVE("\xc3\xa9\xe2\x82\xac")) "\n";
    struct document document;
    int64_t out;
    assert_int_equal(document_parse("x", text, strlen(text), &document).code, FAULT_NONE);
    const struct fault fault = node_integer(&document, node_get(&document.root, "k"), 0, 1, &out);
    assert_non_null(strstr(fault.detail, "\xc3\xa9\xe2\x82\xac\", expected a whole number"));
    document_free(&document);
}

static void test_files(void **state)
{
    (void)state;
    struct document document;
    assert_int_equal(document_read("no/such/file.yaml", &document).code, FAULT_OPEN);
    const struct fault fault = document_read("/", &document);
    assert_int_equal(fault.code, FAULT_OPEN);
    assert_string_equal(fault.file, "/");
    assert_true(fault.detail[0] != '\0');
    assert_null(document.arena.blocks);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_bad),
        cmocka_unit_test(test_truncated),
        cmocka_unit_test(test_hostile),
        cmocka_unit_test(test_tree),
        cmocka_unit_test(test_questions),
        cmocka_unit_test(test_unknown_key),
        cmocka_unit_test(test_long_text_in_fault),
        cmocka_unit_test(test_files),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
