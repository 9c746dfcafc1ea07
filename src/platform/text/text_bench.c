// SPDX-License-Identifier: Apache-2.0
/* Speed and size of the text index with customers of a shop. usage: text_bench [DOCUMENTS]
 *
 * Names from some thousands, skewed; a mail address, a phone, one to three orders each. Every
 * figure is one line of JSON.
 */
#include "base/rng.h"
#include "platform/text.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { FIRST_NAMES = 2000, LAST_NAMES = 5000, DOMAINS = 300, QUERIES = 1000, FIELDS = 4 };

typedef struct Customer {
    char name[64], mail[96], phone[20], orders[64];
} Customer;

typedef struct Bench {
    PtRng rng;
    PtText *text;
    uint32_t documents;
    char first[FIRST_NAMES][16], last[LAST_NAMES][16], domain[DOMAINS][24];
} Bench;

static void die(const char *what, const PtError *err)
{
    (void)fprintf(stderr, "%s: %s\n", what, err->message);
    exit(1);
}

static unsigned below(Bench *b, unsigned bound)
{
    return (unsigned)pt_rng_below(&b->rng, bound);
}

/* Low numbers more often than high ones, as names are. */
static unsigned skewed(Bench *b, unsigned bound)
{
    double u = pt_rng_unit(&b->rng);
    return (unsigned)(u * u * u * (double)bound);
}

static void make_word(Bench *b, char *out, unsigned syllables)
{
    static const char *const heads[] = {"b",  "br", "c", "ch", "d", "f",  "g", "gr", "h", "j",
                                        "k",  "l",  "m", "n",  "p", "r",  "s", "sh", "t", "th",
                                        "tr", "v",  "w", "y",  "z", "st", "",  "sm", "m", "s"};
    static const char *const hearts[] = {"a", "e", "i", "o", "u", "ai", "ee", "ia", "ou", "a", "e"};
    static const char *const tails[] = {"", "n", "r", "l", "s", "", "m", "nd", "th", "ck", "", ""};
    char *at = out;
    for (unsigned i = 0; i < syllables; i++) {
        at = stpcpy(at, heads[below(b, 30)]);
        at = stpcpy(at, hearts[below(b, 11)]);
        at = stpcpy(at, tails[below(b, 12)]);
    }
    out[12] = '\0';
}

static void make_names(Bench *b)
{
    for (unsigned i = 0; i < FIRST_NAMES; i++) {
        make_word(b, b->first[i], 2 + below(b, 2));
    }
    for (unsigned i = 0; i < LAST_NAMES; i++) {
        make_word(b, b->last[i], 2 + below(b, 2));
    }
    for (unsigned i = 0; i < DOMAINS; i++) {
        make_word(b, b->domain[i], 2 + below(b, 2));
        (void)stpcpy(b->domain[i] + strlen(b->domain[i]), i % 3 == 0   ? ".com"
                                                          : i % 3 == 1 ? ".co.uk"
                                                                       : ".example");
    }
}

/* Always the same for a number, so that queries can be made of it later. */
static void make_customer(Bench *b, uint32_t number, Customer *c)
{
    pt_rng_init(&b->rng, number);
    const char *first = b->first[skewed(b, FIRST_NAMES)], *last = b->last[skewed(b, LAST_NAMES)];
    const char *domain = b->domain[skewed(b, DOMAINS)];
    (void)snprintf(c->name, sizeof c->name, "%s %s", first, last);
    unsigned form = below(b, 10);
    if (form < 4) {
        (void)snprintf(c->mail, sizeof c->mail, "%s.%s@%s", first, last, domain);
    } else if (form < 8) {
        (void)snprintf(c->mail, sizeof c->mail, "%s%s%u@%s", first, last, below(b, 2000), domain);
    } else {
        (void)snprintf(c->mail, sizeof c->mail, "%c%s%02u@%s", first[0], last, below(b, 100),
                       domain);
    }
    (void)snprintf(c->phone, sizeof c->phone, "+447%09u", below(b, 1000000000));
    size_t len = 0;
    for (unsigned i = 1 + below(b, 3); i > 0; i--) {
        len += (size_t)snprintf(c->orders + len, sizeof c->orders - len, "A-%07u ",
                                below(b, 10000000));
    }
}

/* The time that this thread ran: what other work takes from a busy machine is left out. */
static int64_t ran_ns(void)
{
    struct timespec t;
    if (clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t) != 0) {
        abort();
    }
    return t.tv_sec * INT64_C(1000000000) + t.tv_nsec;
}

static void put(Bench *b, uint32_t number, const Customer *c)
{
    PtError err = {0};
    const PtTextField fields[] = {
        {0, pt_str(c->name)}, {1, pt_str(c->mail)}, {2, pt_str(c->phone)}, {3, pt_str(c->orders)}};
    if (pt_text_put(b->text, number, fields, FIELDS, &err) != PT_OK) {
        die("put", &err);
    }
}

static uint64_t resident(void)
{
    unsigned long size = 0, pages = 0;
    FILE *f = fopen("/proc/self/statm", "re");
    // NOLINTNEXTLINE(cert-err34-c,bugprone-unchecked-string-to-number-conversion): the kernel's own
    if (f == NULL || fscanf(f, "%lu %lu", &size, &pages) != 2) {
        exit(1);
    }
    (void)fclose(f);
    return (uint64_t)pages * 4096;
}

static void say_size(Bench *b, uint64_t before)
{
    PtTextStats s = pt_text_stats(b->text);
    (void)printf("{\"point\":\"size\",\"documents\":%" PRIu64 ",\"words\":%" PRIu64
                 ",\"bytes_document\":%.1f,\"resident_document\":%.1f}\n",
                 s.documents, s.words, (double)s.bytes / (double)s.documents,
                 (double)(resident() - before) / (double)s.documents);
}

static void load(Bench *b, const char *what, uint32_t count, bool again)
{
    Customer c;
    int64_t ns = 0, longest = 0;
    for (uint32_t i = 1; i <= count; i++) {
        uint32_t number = again ? 1 + (uint32_t)(i * UINT64_C(2654435761) % b->documents) : i;
        make_customer(b, again ? number + b->documents : number, &c);
        int64_t from = ran_ns();
        put(b, number, &c);
        int64_t took = ran_ns() - from;
        longest = took > longest ? took : longest;
        ns += took;
    }
    (void)printf("{\"point\":\"%s\",\"puts_s\":%.0f,\"longest_ms\":%.2f}\n", what,
                 (double)count * 1e9 / (double)ns, (double)longest / 1e6);
}

static int by_value(const void *a, const void *b)
{
    int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
    return (x > y) - (x < y);
}

/* Writes a query about a customer. */
typedef void (*MakeQuery)(Bench *b, const Customer *c, unsigned n, char *out);

static void ask(Bench *b, const char *what, MakeQuery make, unsigned n)
{
    static int64_t took[QUERIES];
    static char worst[256];
    uint64_t found = 0, there = 0;
    for (size_t i = 0; i < QUERIES; i++) {
        Customer c;
        char query[256] = {0};
        PtTextHit hits[20];
        size_t count = 0;
        PtError err = {0};
        uint32_t number = 1 + (uint32_t)(i * UINT64_C(48271) % b->documents);
        make_customer(b, number, &c);
        make(b, &c, n, query);
        int64_t from = ran_ns();
        if (pt_text_search(b->text, pt_str(query), 20, hits, &count, &err) != PT_OK) {
            die("search", &err);
        }
        took[i] = ran_ns() - from;
        found += count;
        for (size_t k = 0; k < count; k++) {
            there += hits[k].document == number;
        }
        bool most = true;
        for (size_t k = 0; k < i && most; k++) {
            most = took[k] <= took[i];
        }
        if (most) {
            memcpy(worst, query, sizeof worst);
        }
    }
    qsort(took, QUERIES, sizeof *took, by_value);
    const int64_t p50 = took[QUERIES / 2], p99 = took[QUERIES / 100 * 99];
    (void)printf("{\"point\":\"%s\",\"n\":%u,\"p50_us\":%.0f,\"p99_us\":%.0f,\"max_us\":%.0f,"
                 "\"hits\":%.1f,\"meant_found\":%.2f,\"slowest\":\"%s\"}\n",
                 what, n, (double)p50 / 1e3, (double)p99 / 1e3, (double)took[QUERIES - 1] / 1e3,
                 (double)found / QUERIES, (double)there / QUERIES, worst);
    (void)fflush(stdout);
}

static void typed(Bench *b, const Customer *c, unsigned n, char *out)
{
    (void)b;
    (void)snprintf(out, 200, "%.*s", (int)n, c->name);
}

/* n letters of each name. */
static void beginnings(Bench *b, const Customer *c, unsigned n, char *out)
{
    (void)b;
    const char *last = strchr(c->name, ' ') + 1;
    (void)snprintf(out, 200, "%.*s %.*s", (int)n, c->name, (int)n, last);
}

static void misspell(Bench *b, char *word)
{
    size_t len = strlen(word), at = below(b, (unsigned)len - 1);
    char kept = word[at];
    switch (below(b, 4)) {
    case 0: // swapped
        word[at] = word[at + 1];
        word[at + 1] = kept;
        break;
    case 1: // left out
        memmove(word + at, word + at + 1, len - at);
        break;
    case 2: // another letter
        word[at] = (char)('a' + below(b, 26));
        break;
    default: // twice
        memmove(word + at + 1, word + at, len - at + 1);
        break;
    }
}

/* The last name with n errors, with the first name before it for n over 2. */
static void misspelt(Bench *b, const Customer *c, unsigned n, char *out)
{
    char last[32];
    (void)snprintf(last, sizeof last, "%s", strchr(c->name, ' ') + 1);
    for (unsigned i = 0; i < (n - 1) % 2 + 1 && strlen(last) > 3; i++) {
        misspell(b, last);
    }
    int first = n > 2 ? (int)(strchr(c->name, ' ') + 1 - c->name) : 0;
    (void)snprintf(out, 200, "%.*s%s", first, c->name, last);
}

/* n letters from anywhere in the address. */
static void mail_part(Bench *b, const Customer *c, unsigned n, char *out)
{
    unsigned len = (unsigned)strlen(c->mail), at = len > n ? below(b, len - n) : 0;
    (void)snprintf(out, 200, "%.*s", (int)n, c->mail + at);
}

static void mail_typed(Bench *b, const Customer *c, unsigned n, char *out)
{
    (void)b;
    (void)snprintf(out, 200, "%.*s", (int)n, c->mail);
}

static void order_typed(Bench *b, const Customer *c, unsigned n, char *out)
{
    (void)b;
    (void)snprintf(out, 200, "%.*s", (int)n, c->orders);
}

static void order_digits(Bench *b, const Customer *c, unsigned n, char *out)
{
    (void)b;
    (void)snprintf(out, 200, "%.*s", (int)n, c->orders + 2);
}

static void phone_typed(Bench *b, const Customer *c, unsigned n, char *out)
{
    (void)b;
    char dialled[16];
    (void)snprintf(dialled, sizeof dialled, "0%.4s %.3s %.3s", c->phone + 3, c->phone + 7,
                   c->phone + 10);
    (void)snprintf(out, 200, "%.*s", (int)n, dialled);
}

static void name_and_phone(Bench *b, const Customer *c, unsigned n, char *out)
{
    (void)b;
    (void)snprintf(out, 200, "%.*s 0%.*s", (int)n, c->name, (int)n + 1, c->phone + 3);
}

static const struct {
    const char *what;
    MakeQuery make;
    unsigned from, to;
} points[] = {
    {"name as typed", typed, 1, 12},          {"n letters of both names", beginnings, 1, 4},
    {"last name misspelt", misspelt, 1, 2},   {"both names, last misspelt", misspelt, 3, 4},
    {"mail as typed", mail_typed, 3, 16},     {"part of mail", mail_part, 3, 12},
    {"order as typed", order_typed, 1, 9},    {"digits of order", order_digits, 1, 7},
    {"phone as dialled", phone_typed, 1, 13}, {"name and phone", name_and_phone, 1, 4},
};

int main(int argc, char **argv)
{
    static Bench b;
    PtError err = {0};
    const float weights[FIELDS] = {2, 1.5F, 1.5F, 1};
    b.documents = argc > 1 ? (uint32_t)strtoul(argv[1], NULL, 10) : 1000000;
    if (b.documents < 1000) {
        (void)fprintf(stderr, "usage: text_bench [DOCUMENTS, at least 1000]\n");
        return 2;
    }
    pt_rng_init(&b.rng, 1);
    make_names(&b);
    if (pt_text_new(weights, FIELDS, &b.text, &err) != PT_OK) {
        die("new", &err);
    }
    uint64_t before = resident();
    load(&b, "put", b.documents, false);
    say_size(&b, before);
    for (size_t i = 0; i < sizeof points / sizeof *points; i++) {
        for (unsigned n = points[i].from; n <= points[i].to; n++) {
            ask(&b, points[i].what, points[i].make, n);
        }
    }
    load(&b, "put of a document that is there", b.documents, true);
    say_size(&b, before);
    load(&b, "put of the same", b.documents / 4, true);
    int64_t from = ran_ns();
    pt_text_clear(b.text);
    (void)printf("{\"point\":\"clear\",\"ms\":%.0f}\n", (double)(ran_ns() - from) / 1e6);
    pt_text_free(b.text);
    return 0;
}
