/* bench/make_forms.c - synthetic WEMWBS forms of any number of respondents, the same bytes every
   time: six stages with drop-out, 22 sites, some blank and some impossible answers, rows in random
   order.

   usage: make_forms RESPONDENTS DIRECTORY     writes forms.csv and study.yaml there */
#include <inttypes.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#define N_ITEMS 14
#define N_STAGES 6
#define N_SITES 22

static const char *const stage_names[N_STAGES] = {"start",    "end of phase 1", "1 month",
                                                  "3 months", "6 months",       "12 months"};

/* splitmix64, by Vigna: the whole state is one number, so each form's answers follow from its place
   and rows can be written in any order without keeping them. */
static uint64_t mix(uint64_t x)
{
    x += UINT64_C(0x9e3779b97f4a7c15);
    x = (x ^ (x >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
    x = (x ^ (x >> 27)) * UINT64_C(0x94d049bb133111eb);
    return x ^ (x >> 31);
}

/* How many stages a respondent stays for: everyone starts, one in eight leaves at each step. */
static unsigned stages_of(uint64_t respondent)
{
    unsigned n = 1;
    while (n < N_STAGES && mix(respondent * 64 + n) % 8 != 0) {
        n++;
    }
    return n;
}

/* An answer around a level that rises with the stage; 1 cell in 50 is blank, 1 in 2,000 a 9. */
static void write_answer(FILE *out, uint64_t seed, unsigned level)
{
    const uint64_t draw = mix(seed);
    const unsigned answer = 1 + (level + (unsigned)(draw % 3) + (unsigned)(draw / 3 % 2)) % 5;
    if (draw / 64 % 50 == 0) {
        fputs(",", out);
    } else {
        fprintf(out, ",%u", draw / 4096 % 2000 == 0 ? 9U : answer);
    }
}

static void write_form(FILE *out, uint64_t respondent, unsigned stage)
{
    const uint64_t seed = mix(respondent) + stage;
    fprintf(out, "P%08" PRIu64 ",Site %u,%s", respondent, (unsigned)(mix(respondent) % N_SITES) + 1,
            stage_names[stage]);
    for (unsigned item = 0; item < N_ITEMS; item++) {
        write_answer(out, seed * N_ITEMS + item, (unsigned)(seed / 7 % 2) + (stage > 0));
    }
    putc('\n', out);
}

/* Visits every (respondent, stage) once in an order that looks random: a full-period walk of a
   linear congruential generator over the next power of two. */
static void write_forms(FILE *out, uint64_t n)
{
    uint64_t size = 1, at = 0;
    while (size < n * N_STAGES) {
        size *= 2;
    }
    for (uint64_t i = 0; i < size; i++) {
        at = (at * 5 + 12345) & (size - 1);
        if (at < n * N_STAGES && at % N_STAGES < stages_of(at / N_STAGES)) {
            write_form(out, at / N_STAGES, (unsigned)(at % N_STAGES));
        }
    }
}

static FILE *open_in(const char *folder, const char *name)
{
    char path[4096];
    FILE *out = NULL;
    const int length = snprintf(path, sizeof path, "%s/%s", folder, name);
    if (length > 0 && (size_t)length < sizeof path) {
        out = fopen(path, "w");
    }
    if (out == NULL) {
        fprintf(stderr, "make_forms: cannot write %s/%s\n", folder, name);
    }
    return out;
}

static int write_all(uint64_t n, const char *folder)
{
    FILE *const forms = open_in(folder, "forms.csv");
    FILE *const study = open_in(folder, "study.yaml");
    int failed = forms == NULL || study == NULL;
    if (!failed) {
        fputs("participant,site,stage", forms);
        for (int i = 1; i <= N_ITEMS; i++) {
            fprintf(forms, ",wemwbs_%02d", i);
        }
        putc('\n', forms);
        write_forms(forms, n);
        fputs("title: synthetic forms for measurements\nstages:\n", study);
        for (int i = 0; i < N_STAGES; i++) {
            fprintf(study, "  - %s\n", stage_names[i]);
        }
        fputs("cohorts: [site]\nsources:\n  - {file: forms.csv, instrument: wemwbs, items: "
              "\"wemwbs_{01..14}\"}\n",
              study);
    }
    failed = (forms != NULL && fclose(forms) != 0) || failed;
    failed = (study != NULL && fclose(study) != 0) || failed;
    return failed;
}

int main(int argc, char *argv[])
{
    char *end = NULL;
    const unsigned long long n = argc == 3 ? strtoull(argv[1], &end, 10) : 0;
    if (argc != 3 || *end != '\0' || n == 0 || n > 100000000) {
        fputs("usage: make_forms RESPONDENTS DIRECTORY\n", stderr);
        return 2;
    }
    return write_all(n, argv[2]) == 0 ? 0 : 1;
}
