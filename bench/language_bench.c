// SPDX-License-Identifier: Apache-2.0
/* usage: language_bench sentiment|classify|near FILE     a text a line
 * CPU of this thread per text, over rounds of the whole file for at least a second: one JSON line.
 * classify asks the starter model; near puts every text, then asks for each.
 */
#include "base/memory.h"
#include "language/language.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

enum { TEXTS_MAX = 200000, HITS = 5 };
#define LEAST_S 1.0

typedef struct Bench {
    PtStr *texts;
    size_t count;
    LanguageReader *reader;
    LanguageModel *model;
    LanguageNear *near;
    double sum; /* of what came back, so that it is asked for */
} Bench;

static double cpu_s(void)
{
    struct timespec now;
    (void)clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
    return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
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

static const struct Kind {
    const char *name;
    PtStatus (*prepare)(Bench *b, PtError *err);
    void (*ask)(Bench *b, PtStr text);
} kinds[] = {
    {"sentiment", NULL, ask_sentiment},
    {"classify", prepare_classify, ask_classify},
    {"near", prepare_near, ask_near},
};

static int add_text(Bench *b, const char *line, size_t len)
{
    char *text = malloc(len + 1);
    if (text == NULL) {
        return -1;
    }
    memcpy(text, line, len);
    b->texts[b->count++] = (PtStr){text, len};
    return 0;
}

static int read_texts(Bench *b, const char *path)
{
    PT_CLEANUP(pt_close_filep) FILE *f = fopen(path, "re");
    PT_CLEANUP(pt_free_charp) char *line = NULL;
    size_t room = 0;
    b->texts = calloc(TEXTS_MAX, sizeof *b->texts);
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

static void done(Bench *b)
{
    for (size_t i = 0; i < b->count; i++) {
        free((void *)(uintptr_t)b->texts[i].data);
    }
    free(b->texts);
    language_near_free(b->near);
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
        (void)fprintf(stderr, "usage: %s sentiment|classify|near FILE\n", argv[0]);
        return 2;
    }
    const bool ready = b.reader != NULL && read_texts(&b, argv[2]) == 0 &&
                       (kind->prepare == NULL || kind->prepare(&b, &err) == PT_OK);
    if (ready) {
        measure(&b, kind);
    } else {
        (void)fprintf(stderr, "%s: %s\n", argv[0], err.message);
    }
    done(&b);
    return ready ? 0 : 1;
}
