/* Finding instruments by name: the built-in ones and the user's own files. */
#include "io/read/instrument.h"

#include <string.h>
#include "io/nearest.h"
#include "io/read/embedded.h"
#include "io/read/fields.h"

/* Files are counted through: first the user's own, then the built-in ones. */
static size_t n_files_on(const struct instrument_shelf *shelf)
{
    return shelf->n_files + n_builtin_instruments;
}

static struct fault open_file(const struct instrument_shelf *shelf, size_t index,
                              struct document *out)
{
    if (index < shelf->n_files) {
        return document_read(shelf->files[index], out);
    }
    /* The two lists of built-in instruments, names and files, are in the same order. */
    const struct embedded_file *const file = &embedded_files[index - shelf->n_files];
    return document_parse(file->path, (const char *)file->bytes, file->n_bytes, out);
}

static bool text_is(const struct node *node, const char *name)
{
    return node != NULL && node->kind == NODE_TEXT && names_alike(node->text, name);
}

static bool has_alias(const struct document *document, const char *name)
{
    const struct node *const aliases = node_get(&document->root, "aliases");
    for (size_t i = 0; aliases != NULL && i < aliases->n_children; i++) {
        if (text_is(&aliases->children[i], name)) {
            return true;
        }
    }
    return false;
}

/* Builds the instrument of file `index` if it goes by `name`; else *out stays NULL. */
static struct fault try_file(const struct instrument_shelf *shelf, size_t index, const char *name,
                             bool by_alias, const char *rule, struct arena *arena,
                             const struct instrument **out)
{
    struct document document;
    if (!by_alias && index >= shelf->n_files &&
        !names_alike(builtin_instruments[index - shelf->n_files], name)) {
        return FAULT_FREE; /* no need to open it */
    }
    /* A file of the user's that cannot be read is a fault for every name: passing it over could
       score by the built-in instrument that it was to replace. */
    struct fault fault = open_file(shelf, index, &document);
    if (fault.code != FAULT_NONE) {
        return fault;
    }
    if (by_alias ? has_alias(&document, name) : text_is(node_get(&document.root, "name"), name)) {
        fault = instrument_build(&document, rule, arena, out);
    }
    document_free(&document);
    return fault;
}

/* The names that go on where `name` ends ("sdq"), joined with ", "; NULL: fewer than two. */
static const char *versions_of(struct arena *scratch, const char *name, const char *const names[],
                               size_t n)
{
    const size_t length = strlen(name);
    const char *list = NULL;
    size_t n_versions = 0;
    for (size_t i = 0; i < n; i++) {
        if (strncmp(names[i], name, length) == 0 && names[i][length] == '-') {
            list = list == NULL ? names[i] : arena_printf(scratch, "%s, %s", list, names[i]);
            n_versions++;
        }
    }
    return n_versions > 1 ? list : NULL;
}

static struct fault unknown_instrument(const struct instrument_shelf *shelf, const char *name)
{
    /* A fault holds its text itself, so the names may go when it is made. */
    struct arena scratch = {0};
    const char *const *names;
    size_t n;
    struct fault fault = instrument_names(shelf, &scratch, &names, &n);
    if (fault.code == FAULT_NONE) {
        const char *const versions = versions_of(&scratch, name, names, n);
        const char *const near = nearest_word(name, names, n);
        fault =
            versions != NULL
                ? fault_at(FAULT_CONTENT, NULL, 0, 0,
                           "the instrument \"%s\" has several versions, expected one of: %s", name,
                           versions)
            : near == NULL
                ? fault_at(FAULT_CONTENT, NULL, 0, 0,
                           "the instrument \"%s\" is not known; \"pellter scales\" lists "
                           "those that are",
                           name)
                : fault_at(FAULT_CONTENT, NULL, 0, 0,
                           "the instrument \"%s\" is not known; did you mean \"%s\"?", name, near);
    }
    arena_free(&scratch);
    return fault;
}

struct fault instrument_load(const struct instrument_shelf *shelf, const char *name,
                             const char *rule, struct arena *arena, const struct instrument **out)
{
    *out = NULL;
    for (int by_alias = 0; by_alias < 2; by_alias++) { /* a name goes before any alias */
        for (size_t i = 0; i < n_files_on(shelf); i++) {
            const struct fault fault = try_file(shelf, i, name, by_alias == 1, rule, arena, out);
            if (fault.code != FAULT_NONE || *out != NULL) {
                return fault;
            }
        }
    }
    return unknown_instrument(shelf, name);
}

struct fault instrument_names(const struct instrument_shelf *shelf, struct arena *arena,
                              const char *const **out, size_t *n)
{
    const char **const names = arena_alloc(arena, n_files_on(shelf), sizeof *names);
    *out = names;
    *n = 0;
    if (names == NULL) {
        return fault_memory();
    }
    for (size_t i = 0; i < n_builtin_instruments; i++) {
        names[(*n)++] = builtin_instruments[i];
    }
    for (size_t i = 0; i < shelf->n_files; i++) {
        struct document document;
        const struct instrument *instrument = NULL;
        bool known = false;
        struct fault fault = document_read(shelf->files[i], &document);
        if (fault.code != FAULT_NONE) {
            return fault;
        }
        fault = instrument_build(&document, NULL, arena, &instrument);
        document_free(&document);
        if (fault.code != FAULT_NONE) {
            return fault;
        }
        /* One that takes the place of a built-in instrument is listed once. */
        for (size_t k = 0; k < *n; k++) {
            known = known || names_alike(names[k], instrument->name);
        }
        if (!known) {
            names[(*n)++] = instrument->name;
        }
    }
    return FAULT_FREE;
}
