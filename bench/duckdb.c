/* bench/duckdb.c - runs SQL with the DuckDB library of the npm package @duckdb/node-api, without
   node: the fairest DuckDB to compare with, for no other start-up is in its figures.

   usage: duckdb LIBRARY SQL-FILE     the file's statements, which name their input and output */
#include <dlfcn.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#define MAX_SQL 65536

/* The part of duckdb.h (C API, stable since 1.0) that is used here. */
typedef struct {
    uint64_t deprecated_counts[3];
    void *deprecated_columns;
    char *deprecated_message;
    void *internal_data;
} duckdb_result;

struct library {
    int (*open)(const char *path, void **database);
    int (*connect)(void *database, void **connection);
    int (*query)(void *connection, const char *sql, duckdb_result *result);
    const char *(*result_error)(duckdb_result *result);
    void (*destroy_result)(duckdb_result *result);
    void (*disconnect)(void **connection);
    void (*close)(void **database);
};

/* Copies the address of a function of the library; C has no cast from object to function. */
static bool look_up(void *handle, const char *name, void *function)
{
    void *const address = dlsym(handle, name);
    memcpy(function, &address, sizeof address);
    if (address == NULL) {
        fprintf(stderr, "duckdb: the library has no %s\n", name);
    }
    return address != NULL;
}

static bool load(struct library *library, const char *path)
{
    void *const handle = dlopen(path, RTLD_NOW | RTLD_LOCAL);
    if (handle == NULL) {
        fprintf(stderr, "duckdb: %s\n", dlerror());
        return false;
    }
    return look_up(handle, "duckdb_open", &library->open) &&
           look_up(handle, "duckdb_connect", &library->connect) &&
           look_up(handle, "duckdb_query", &library->query) &&
           look_up(handle, "duckdb_result_error", &library->result_error) &&
           look_up(handle, "duckdb_destroy_result", &library->destroy_result) &&
           look_up(handle, "duckdb_disconnect", &library->disconnect) &&
           look_up(handle, "duckdb_close", &library->close);
}

static bool read_sql(const char *path, char sql[MAX_SQL])
{
    FILE *const file = fopen(path, "rb");
    const size_t n = file == NULL ? 0 : fread(sql, 1, MAX_SQL - 1, file);
    sql[n] = '\0';
    if (file != NULL) {
        fclose(file);
    }
    if (n == 0 || n == MAX_SQL - 1) {
        fprintf(stderr, "duckdb: cannot read %s\n", path);
    }
    return n > 0 && n < MAX_SQL - 1;
}

int main(int argc, char *argv[])
{
    struct library library;
    char sql[MAX_SQL];
    void *database = NULL, *connection = NULL;
    duckdb_result result;
    if (argc != 3) {
        fputs("usage: duckdb LIBRARY SQL-FILE\n", stderr);
        return 2;
    }
    if (!load(&library, argv[1]) || !read_sql(argv[2], sql)) {
        return 1;
    }
    if (library.open(NULL, &database) != 0 || library.connect(database, &connection) != 0) {
        fputs("duckdb: no database\n", stderr);
        return 1;
    }
    const bool failed = library.query(connection, sql, &result) != 0;
    if (failed) {
        fprintf(stderr, "duckdb: %s\n", library.result_error(&result));
    }
    library.destroy_result(&result);
    library.disconnect(&connection);
    library.close(&database);
    return failed ? 1 : 0;
}
