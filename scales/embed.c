/* scales/embed.c - run by meson while pellter is built: writes the instrument files as C arrays.

       embed OUT.c scales/NAME.yaml...

   Bytes and not string literals, since ISO C promises no literal longer than 4,095. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char *base_name(const char *path)
{
    const char *const slash = strrchr(path, '/');
    return slash == NULL ? path : slash + 1;
}

/* The bytes of one file as an array file_INDEX; 0, or -1 when it cannot be read. */
static int write_array(FILE *out, const char *path, int index)
{
    FILE *const in = fopen(path, "rb");
    size_t n = 0;
    int byte;
    if (in == NULL) {
        return -1;
    }
    fprintf(out, "static const unsigned char file_%d[] = {", index);
    while ((byte = getc(in)) != EOF) {
        fprintf(out, "%s%d,", n++ % 20 == 0 ? "\n    " : " ", byte);
    }
    fprintf(out, "\n};\n\n");
    /* ISO C has no empty array. */
    const int failed = ferror(in) || n == 0;
    fclose(in);
    return failed ? -1 : 0;
}

/* The names in the order of meson.build, which is also that of pellter scales. */
static void write_lists(FILE *out, char *const paths[], int n)
{
    fprintf(out, "const char *const builtin_instruments[] = {\n");
    for (int i = 0; i < n; i++) {
        const char *const name = base_name(paths[i]);
        fprintf(out, "    \"%.*s\",\n", (int)strcspn(name, "."), name);
    }
    fprintf(out, "};\nconst size_t n_builtin_instruments = %d;\n\n", n);
    fprintf(out, "const struct embedded_file embedded_files[] = {\n");
    for (int i = 0; i < n; i++) {
        fprintf(out, "    {\"scales/%s\", file_%d, sizeof file_%d},\n", base_name(paths[i]), i, i);
    }
    fprintf(out, "};\n");
}

int main(int argc, char *argv[])
{
    if (argc < 3) {
        fprintf(stderr, "usage: embed OUT.c FILE.yaml...\n");
        return EXIT_FAILURE;
    }
    FILE *const out = fopen(argv[1], "wb");
    if (out == NULL) {
        perror(argv[1]);
        return EXIT_FAILURE;
    }
    fprintf(out, "/* Written by scales/embed.c; edit the files of scales/ instead. */\n"
                 "#include \"io/read/embedded.h\"\n#include \"io/read/instrument.h\"\n\n");
    int failed = 0;
    for (int i = 2; i < argc && !failed; i++) {
        failed = write_array(out, argv[i], i - 2) != 0;
        if (failed) {
            perror(argv[i]);
        }
    }
    write_lists(out, argv + 2, argc - 2);
    /* A disk that is full shows here: the build must not go on with half an instrument. */
    failed = ferror(out) || failed;
    failed = fclose(out) != 0 || failed;
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
