// SPDX-License-Identifier: Apache-2.0
/* usage: language_bench sentiment|classify|near|triage FILE     a text a line
 * CPU of this thread per text, over rounds of the whole file for at least a second: one JSON line.
 * classify asks the starter model; near puts every text, then asks for each. triage is all that is
 * done for a new ticket (every model, words, entities, tone, language, and which of 100,000 are
 * like it): of each text CPU and wall, their medians and 99th percentiles.
 */
#include "base/memory.h"
#include "language/language.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

enum {
    TEXTS_MAX = 200000,
    HITS = 5,
    TICKETS = 100000,
    TICKET_BYTES = 32 << 10,
    ARENA_BYTES = 1 << 30
};
#define LEAST_S 1.0

typedef struct Bench {
    PtArena *arena; /* of the texts */
    PtStr *texts;
    size_t count;
    LanguageReader *reader;
    LanguageModel *model;
    LanguageNear *near;
    LanguageTriage *triage;
    double sum; /* of what came back, so that it is asked for */
} Bench;

static double clock_s(clockid_t clock)
{
    struct timespec now;
    (void)clock_gettime(clock, &now);
    return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

static double cpu_s(void)
{
    return clock_s(CLOCK_THREAD_CPUTIME_ID);
}

static void ask_sentiment(Bench *b, PtStr text)
{
    LanguageSentiment s;
    if (language_sentiment(text, &s, NULL) == PT_OK) {
        b->sum += s.compound;
    }
}

static void ask_classify(Bench *b, PtStr text)
{
    b->sum += language_classify(b->model, b->reader, text).confidence;
}

static void ask_near(Bench *b, PtStr text)
{
    LanguageNearHit hits[HITS];
    b->sum += (double)language_near_find(b->near, b->reader, text, 0.5F, hits, HITS);
}

static PtStatus prepare_classify(Bench *b, PtError *err)
{
    return language_starter(&b->model, err);
}

static PtStatus prepare_near(Bench *b, PtError *err)
{
    PtStatus st = language_near_new(&b->near, err);
    for (size_t i = 0; st == PT_OK && i < b->count; i++) {
        st = language_near_put(b->near, b->reader, i, b->texts[i], err);
    }
    return st;
}

static void ask_triage(Bench *b, PtStr text)
{
    LanguageFindings f;
    if (language_triage(b->triage, text, &f, NULL) == PT_OK) {
        b->sum += f.of[LANGUAGE_CATEGORY].verdict.confidence;
        ask_near(b, text);
    }
}

/* As many tickets as there may be open: the texts again and again, each with words of its own. */
static PtStatus prepare_triage(Bench *b, PtError *err)
{
    PT_CLEANUP(pt_free_charp) char *text = malloc(TICKET_BYTES);
    PtStatus st = text != NULL ? language_near_new(&b->near, err)
                               : pt_fail(err, PT_NO_MEMORY, "no memory for a text");
    for (size_t i = 0; st == PT_OK && i < TICKETS; i++) {
        const PtStr of = b->texts[i % b->count];
        const size_t len = (size_t)snprintf(text, TICKET_BYTES, "%.*s ticket %zu of lane %zu",
                                            PT_STR_ARG(of), i, i / b->count);
        st = language_near_put(b->near, b->reader, i,
                               (PtStr){text, len < TICKET_BYTES ? len : TICKET_BYTES - 1}, err);
    }
    return st == PT_OK ? language_triage_new(&b->triage, err) : st;
}

static const struct Kind {
    const char *name;
    PtStatus (*prepare)(Bench *b, PtError *err);
    void (*ask)(Bench *b, PtStr text);
} kinds[] = {
    {"sentiment", NULL, ask_sentiment},
    {"classify", prepare_classify, ask_classify},
    {"near", prepare_near, ask_near},
    {"triage", prepare_triage, ask_triage},
};

static int add_text(Bench *b, const char *line, size_t len)
{
    const PtStr text = pt_arena_str(b->arena, (PtStr){line, len});
    if (text.data == NULL) {
        return -1;
    }
    b->texts[b->count++] = text;
    return 0;
}

static int read_texts(Bench *b, const char *path)
{
    PT_CLEANUP(pt_close_filep) FILE *f = fopen(path, "re");
    PT_CLEANUP(pt_free_charp) char *line = NULL;
    size_t room = 0;
    b->arena = pt_arena_new(ARENA_BYTES);
    b->texts = b->arena != NULL ? pt_arena_alloc(b->arena, TEXTS_MAX, sizeof *b->texts) : NULL;
    if (f == NULL || b->texts == NULL) {
        perror(path);
        return -1;
    }
    int rc = 0;
    for (ssize_t len = getline(&line, &room, f); rc == 0 && len > 0 && b->count < TEXTS_MAX;
         len = getline(&line, &room, f)) {
        rc = add_text(b, line, (size_t)(len - (line[len - 1] == '\n')));
    }
    return b->count > 0 ? rc : -1;
}

static void measure(Bench *b, const struct Kind *kind)
{
    size_t asked = 0;
    const double begin = cpu_s();
    double used = 0;
    while (used < LEAST_S) {
        for (size_t i = 0; i < b->count; i++) {
            kind->ask(b, b->texts[i]);
        }
        asked += b->count;
        used = cpu_s() - begin;
    }
    (void)printf("{\"kind\":\"%s\",\"texts\":%zu,\"us\":%.3f,\"per_s\":%.0f,\"sum\":%.3f}\n",
                 kind->name, b->count, used * 1e6 / (double)asked, (double)asked / used, b->sum);
}

static int ascending(const void *a, const void *b)
{
    const double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

/* In microseconds. */
static void print_share(const char *name, double *list, size_t count)
{
    qsort(list, count, sizeof *list, ascending);
    (void)printf(",\"%s_p50_us\":%.1f,\"%s_p99_us\":%.1f", name, list[count / 2] * 1e6, name,
                 list[count * 99 / 100] * 1e6);
}

static void measure_each(Bench *b, const struct Kind *kind)
{
    double *cpu = calloc(2 * b->count, sizeof *cpu);
    if (cpu == NULL) {
        return;
    }
    double *wall = cpu + b->count;
    kind->ask(b, b->texts[0]); // makes the starter model
    for (size_t i = 0; i < b->count; i++) {
        const double from = clock_s(CLOCK_MONOTONIC), begin = cpu_s();
        kind->ask(b, b->texts[i]);
        cpu[i] = cpu_s() - begin;
        wall[i] = clock_s(CLOCK_MONOTONIC) - from;
    }
    (void)printf("{\"kind\":\"%s\",\"texts\":%zu,\"tickets\":%zu", kind->name, b->count,
                 language_near_count(b->near));
    print_share("cpu", cpu, b->count);
    print_share("wall", wall, b->count);
    (void)printf(",\"sum\":%.3f}\n", b->sum);
    free(cpu);
}

static void done(Bench *b)
{
    pt_arena_free(b->arena);
    language_near_free(b->near);
    language_triage_free(b->triage);
    language_model_free(b->model);
    language_reader_free(b->reader);
}

int main(int argc, char **argv)
{
    Bench b = {.reader = language_reader_new()};
    const struct Kind *kind = NULL;
    PtError err = {.message = "no memory, or no text"};
    for (size_t i = 0; argc == 3 && i < sizeof kinds / sizeof *kinds; i++) {
        kind = strcmp(argv[1], kinds[i].name) == 0 ? &kinds[i] : kind;
    }
    if (kind == NULL) {
        (void)fprintf(stderr, "usage: %s sentiment|classify|near|triage FILE\n", argv[0]);
        return 2;
    }
    const bool ready = b.reader != NULL && read_texts(&b, argv[2]) == 0 &&
                       (kind->prepare == NULL || kind->prepare(&b, &err) == PT_OK);
    if (ready) {
        (kind->ask == ask_triage ? measure_each : measure)(&b, kind);
    } else {
        (void)fprintf(stderr, "%s: %s\n", argv[0], err.message);
    }
    done(&b);
    return ready ? 0 : 1;
}
