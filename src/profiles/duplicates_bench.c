// SPDX-License-Identifier: Apache-2.0
/* How many planted duplicates are found, how many proposals are wrong, and what a person costs:
 * made up persons go through a log on disk and the view of profiles. Names, towns and streets
 * follow Zipf's and Mandelbrot's law, 43 of 100 persons live in households, and PERCENT of them
 * come a second time with other identifiers and with errors as people make them. CPU is the
 * thread's own in duplicates_flush. usage: duplicates_bench DIR [PERSONS [PERCENT]]     DIR must
 * not exist. Link with
 * --wrap=duplicates_flush.
 */
#include "base/rng.h"
#include "platform/migrations.h"
#include "profiles/duplicates_state.h"
#include "profiles/view_internal.h"

#include <ctype.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

enum { COMMIT_EVERY = 2000, FAMILIES = 4000, TOWNS = 60, STREETS = 400, HOUSES = 90, MEMBERS = 4 };

typedef struct Person {
    char given[24], family[24], mail[64], phone[24];
    unsigned year, month, day, street, house, town, postcode;
} Person;

typedef struct Bench {
    char dir[512];
    PtLog *log;
    PtSql *core, *views;
    Profiles *profiles;
    PtLogReader *reader;
    PtBuf text, payload;
    PtRng rng;
    uint64_t records;
    uint32_t *twin; /* of record n: the record of the same person; 0: none. From 1 */
} Bench;

static int64_t flush_ns;

PtStatus __real_duplicates_flush(Profiles *p, PtSqlTx *tx, PtError *err);
PtStatus __wrap_duplicates_flush(Profiles *p, PtSqlTx *tx, PtError *err);

static int64_t cpu_ns(void)
{
    struct timespec t;
    (void)clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
    return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
}

PtStatus __wrap_duplicates_flush(Profiles *p, PtSqlTx *tx, PtError *err)
{
    const int64_t from = cpu_ns();
    const PtStatus st = __real_duplicates_flush(p, tx, err);
    flush_ns += cpu_ns() - from;
    return st;
}

static void must(PtStatus st, const PtError *err)
{
    if (st != PT_OK) {
        (void)fprintf(stderr, "duplicates_bench: %s\n", err->message);
        exit(1);
    }
}

/* ---- People ---------------------------------------------------------------------------------- */

static const char *const given_names[] = {
    "Anna",      "Paul",      "Maria",   "Thomas",    "Sophie",   "Michael",   "Julia",
    "Daniel",    "Laura",     "Markus",  "Katharina", "Robert",   "Elisabeth", "Johannes",
    "Emma",      "Peter",     "Lisa",    "Stefan",    "Sarah",    "Andreas",   "Christina",
    "Christian", "Eva",       "Martin",  "Martina",   "William",  "Claire",    "Jacques",
    "Pieter",    "Femke",     "Sanne",   "Lotte",     "Hendrik",  "Emily",     "James",
    "Olivia",    "Thijs",     "Camille", "Antoine",   "Chloe",    "Franz",     "Josef",
    "Theresa",   "Sebastian", "Lukas",   "Hannah",    "Benjamin", "Alexander", "Alexandra",
    "Victoria",  "Georg",     "Barbara", "Monika",    "Ursula",   "Wolfgang",  "Gerhard",
    "Helga",     "Ingrid",    "Karl",    "Friedrich", "Manuela",  "Bernhard",  "Petra",
    "Renate",    "Walter",    "Doris",   "Florian",   "Nina",     "Tobias",    "Jana",
    "Simon",     "Verena",    "Patrick", "Nadine",    "Oliver",   "Silvia",    "Philipp",
    "Carina",    "Roland",    "Sabine",  "Erwin",     "Gabriele", "Harald",    "Jasmin",
    "Kurt",      "Melanie",   "Norbert", "Romana",    "Rudolf",   "Tamara",    "Viktor",
    "Yvonne",    "Arthur",    "Bianca",  "Clemens",   "Daniela",  "Emil",      "Flora",
    "Gregor",    "Henrike",   "Igor",    "Judith",    "Konrad",   "Leonie",    "Moritz",
    "Natalie",   "Oskar",     "Pauline", "Quentin",   "Rosa",     "Samuel",    "Tanja",
    "Urs",       "Valentin",  "Wilma",   "Xaver",     "Zoe",      "Arnaud",    "Brigitte",
    "Cedric",    "Delphine",  "Etienne", "Fabienne",  "Gilles",   "Helene",    "Ivo",
    "Jeroen",    "Koen",      "Lieke",   "Maarten",   "Noor",     "Bram",      "Ruben",
    "Saskia",    "Teun"};

static const char *const short_names[][2] = {
    {"Robert", "Bob"},     {"William", "Bill"}, {"Josef", "Sepp"},      {"Johannes", "Hans"},
    {"Elisabeth", "Lisi"}, {"Michael", "Mike"}, {"Katharina", "Kathi"}, {"Alexander", "Alex"},
    {"Thomas", "Tom"},     {"Benjamin", "Ben"}, {"Christina", "Tina"},  {"Friedrich", "Fritz"}};

static unsigned below(Bench *b, unsigned n)
{
    return (unsigned)pt_rng_below(&b->rng, n);
}

static bool chance(Bench *b, unsigned of_100)
{
    return below(b, 100) < of_100;
}

/* Few are common: rank r as 1 / (r + 20), so that of 4,000 surnames the first is one person's in
 * 110.
 */
static unsigned common(Bench *b, unsigned n)
{
    const double few = 20;
    return (unsigned)(few * exp(pt_rng_unit(&b->rng) * log((n + few) / few)) - few) % n;
}

static void make_family(unsigned number, char out[static 24])
{
    static const char *const begin[] = {"Mül", "Ber", "Schnei", "Hof", "Wag", "Stein",
                                        "Lan", "Gru", "Pich",   "Kel", "Van", "Du",
                                        "Mar", "Pe",  "Ro",     "Wil"};
    static const char *const middle[] = {"",    "be", "der", "lin", "ma",  "ti", "no", "kel",
                                         "gen", "ri", "sto", "fe",  "hau", "be", "zi", "low"};
    static const char *const end[] = {"ler",  "ger",   "mann", "er",  "bauer", "son",
                                      "ard",  "inger", "berg", "ten", "well",  "pont",
                                      "stra", "hofer", "ner",  "ek"};
    (void)snprintf(out, 24, "%s%s%s", begin[number % 16], middle[number / 16 % 16],
                   end[number / 256 % 16]);
}

static void make_mail(Bench *b, Person *p)
{
    static const char *const domains[] = {"gmail.com", "gmx.at", "web.de", "outlook.com",
                                          "orange.fr"};
    char local[64];
    size_t len = (size_t)snprintf(local, sizeof local, "%s.%s%u", p->given, p->family,
                                  chance(b, 60) ? p->year % 100 : below(b, 10000));
    size_t kept = 0;
    for (size_t i = 0; i < len; i++) {
        if ((unsigned char)local[i] < 0x80) {
            local[kept++] = (char)tolower(local[i]);
        }
    }
    local[kept] = '\0';
    (void)snprintf(p->mail, sizeof p->mail, "%.40s@%s", local, domains[below(b, 5)]);
}

static Person make_person(Bench *b)
{
    Person p = {.year = 1940 + below(b, 66),
                .month = 1 + below(b, 12),
                .day = 1 + below(b, 28),
                .street = common(b, STREETS),
                .house = 1 + below(b, HOUSES),
                .town = common(b, TOWNS)};
    p.postcode = 1000 + p.town * 100 + below(b, 20) * 5;
    (void)snprintf(p.given, sizeof p.given, "%s",
                   given_names[common(b, sizeof given_names / sizeof *given_names)]);
    make_family(common(b, FAMILIES), p.family);
    make_mail(b, &p);
    (void)snprintf(p.phone, sizeof p.phone, "+43664%07u", below(b, 10000000));
    return p;
}

/* Somebody else of the same household. */
static Person make_member(Bench *b, const Person *head)
{
    Person p = make_person(b);
    while (strcmp(p.given, head->given) == 0 && !chance(b, 2)) {
        p = make_person(b);
    }
    memcpy(p.family, head->family, sizeof p.family);
    p.street = head->street;
    p.house = head->house;
    p.town = head->town;
    p.postcode = head->postcode;
    make_mail(b, &p);
    return p;
}

/* ---- The same person again ------------------------------------------------------------------- */

static void mistype(Bench *b, char *name)
{
    const size_t len = strlen(name);
    const size_t at = 1 + below(b, (unsigned)(len > 3 ? len - 2 : 1));
    if (len < 4 || (unsigned char)name[at] >= 0x80 || (unsigned char)name[at + 1] >= 0x80) {
        return;
    }
    if (chance(b, 50)) {
        const char c = name[at];
        name[at] = name[at + 1];
        name[at + 1] = c;
    } else {
        memmove(name + at, name + at + 1, len - at);
    }
}

static void rename_person(Bench *b, Person *p)
{
    for (size_t i = 0; i < sizeof short_names / sizeof *short_names; i++) {
        if (strcmp(p->given, short_names[i][0]) == 0) {
            (void)snprintf(p->given, sizeof p->given, "%s", short_names[i][1]);
            return;
        }
    }
    mistype(b, p->given);
}

/* Not the same text: that would be the same identifier, and one person already. */
static void rewrite_mail(Bench *b, Person *p)
{
    char mail[sizeof p->mail];
    const char *at = strchr(p->mail, '@');
    if (strcmp(at, "@gmail.com") == 0) {
        (void)snprintf(mail, sizeof mail, "%.*s+shop@googlemail.com", (int)(at - p->mail), p->mail);
    } else if (chance(b, 30)) {
        (void)snprintf(mail, sizeof mail, "%.*s@gmx.net", (int)(at - p->mail), p->mail);
    } else {
        (void)snprintf(mail, sizeof mail, "%.20s%u@proton.me", p->given, below(b, 1000000));
    }
    memcpy(p->mail, mail, sizeof mail);
}

static Person make_again(Bench *b, const Person *of)
{
    Person p = *of;
    if (chance(b, 15)) {
        rename_person(b, &p);
    }
    if (chance(b, 12)) {
        mistype(b, p.family);
    }
    if (chance(b, 5)) {
        memcpy(p.given, of->family, sizeof p.given);
        memcpy(p.family, of->given, sizeof p.family);
    }
    if (chance(b, 15)) { // moved
        p.street = common(b, STREETS);
        p.house = 1 + below(b, HOUSES);
        p.town = common(b, TOWNS);
        p.postcode = 1000 + p.town * 100;
    }
    if (chance(b, 3)) {
        p.day = 1 + below(b, 28);
    }
    rewrite_mail(b, &p);
    if (chance(b, 30)) {
        (void)snprintf(p.phone, sizeof p.phone, "+43664%07u", below(b, 10000000));
    } else { // as it is dialled at home
        char local[sizeof p.phone];
        (void)snprintf(local, sizeof local, "0%.20s", p.phone + 3);
        memcpy(p.phone, local, sizeof local);
    }
    return p;
}

/* ---- Records --------------------------------------------------------------------------------- */

/* What a form asks for: not all of it, and not always. */
static void write_traits(Bench *b, const Person *p)
{
    pt_buf_printf(&b->text, "\"traits\":{\"firstName\":\"%s\",\"lastName\":\"%s\"", p->given,
                  p->family);
    if (chance(b, 75)) {
        pt_buf_printf(&b->text, ",\"email\":\"%s\"", p->mail);
    }
    if (chance(b, 55)) {
        pt_buf_printf(&b->text, ",\"phone\":\"%s\"", p->phone);
    }
    if (chance(b, 50)) {
        pt_buf_printf(&b->text, ",\"birthday\":\"%04u-%02u-%02u\"", p->year, p->month, p->day);
    }
    if (chance(b, 75)) {
        pt_buf_printf(&b->text,
                      ",\"address\":{\"street\":\"Gasse %c%c %s %u\",\"postalCode\":\"%u\","
                      "\"city\":\"Town %u\",\"country\":\"%s\"}",
                      'A' + p->street % 20, 'a' + p->street / 20, chance(b, 50) ? "Str." : "Straße",
                      p->house, p->postcode, p->town, chance(b, 50) ? "AT" : "Austria");
    }
    pt_buf_add_str(&b->text, PT_STR("}"));
}

static void append(Bench *b, const Person *p)
{
    char id[32];
    const uint64_t n = ++b->records;
    (void)snprintf(id, sizeof id, "r%llu", (unsigned long long)n);
    pt_buf_clear(&b->text, SIZE_MAX);
    pt_buf_printf(&b->text,
                  "{\"type\":\"identify\",\"context\":{\"externalIds\":[{\"type\":\"loyalty_card\","
                  "\"id\":\"%s\"}]},",
                  id);
    write_traits(b, p);
    pt_buf_add_str(&b->text, PT_STR("}"));
    const EventView v = {.type = EVENT_IDENTIFY,
                         .message_id = pt_str(id),
                         .received_ms = (int64_t)n,
                         .timestamp_ms = (int64_t)n,
                         .raw = pt_buf_str(&b->text)};
    pt_buf_clear(&b->payload, SIZE_MAX);
    event_payload_write(&b->payload, &v);
    const PtRecord r = {.time_ms = (int64_t)n,
                        .klass = PT_RECORD_EVENT,
                        .type = EVENT_IDENTIFY,
                        .source = 1,
                        .payload = pt_buf_str(&b->payload)};
    uint64_t round, offset;
    PtError err = {0};
    must(pt_log_append(b->log, &r, &round, &offset, &err), &err);
    if (n % COMMIT_EVERY == 0) {
        must(pt_log_commit(b->log, &err), &err);
    }
}

/* A household, or one who lives alone. */
static void append_home(Bench *b, unsigned percent, uint64_t most)
{
    Person people[MEMBERS];
    size_t count = 1;
    people[0] = make_person(b);
    if (chance(b, 20)) {
        count = 2 + below(b, MEMBERS - 1);
        for (size_t i = 1; i < count; i++) {
            people[i] = make_member(b, &people[0]);
        }
    }
    for (size_t i = 0; i < count && b->records + 2 <= most; i++) {
        append(b, &people[i]);
        if (chance(b, percent)) {
            const Person again = make_again(b, &people[i]);
            append(b, &again);
            b->twin[b->records] = (uint32_t)b->records - 1;
            b->twin[b->records - 1] = (uint32_t)b->records;
        }
    }
}

/* ---- The view ---------------------------------------------------------------------------------
 */

static void run(Bench *b)
{
    for (uint64_t next = 0; next < b->records;) {
        PtSqlTx *tx = NULL;
        PtError err = {0};
        must(pt_sql_begin(b->views, true, &tx, &err), &err);
        pt_log_seek(b->reader, next);
        must(profiles_step(b->profiles, b->reader, tx, &next, &err), &err);
        must(pt_sql_commit(&tx, &err), &err);
        must(profiles_committed(b->profiles, next, &err), &err);
    }
}

static PtSql *open_sql(const Bench *b, const char *name, PtMigrationSet set)
{
    char path[600];
    PtSql *sql = NULL;
    PtError err = {0};
    (void)snprintf(path, sizeof path, "%s/%s", b->dir, name);
    const PtSqlConfig config = {.path = path, .readers = 1, .relaxed = true};
    must(pt_sql_open(&config, &sql, &err), &err);
    must(pt_migrations_apply(sql, set, &err), &err);
    return sql;
}

static void open_all(Bench *b)
{
    static const _Atomic bool never = false;
    char log_dir[600], index_dir[600];
    PtError err = {0};
    (void)snprintf(log_dir, sizeof log_dir, "%s/log", b->dir);
    (void)snprintf(index_dir, sizeof index_dir, "%s/index", b->dir);
    PtLogConfig log_config = pt_log_config_default();
    log_config.fs = pt_fs_real();
    log_config.clock = pt_clock_real();
    log_config.dir = log_dir;
    must(pt_log_open(&log_config, &b->log, &err), &err);
    b->core = open_sql(b, "core.db", PT_MIGRATIONS_CORE);
    b->views = open_sql(b, "views.db", PT_MIGRATIONS_VIEWS);
    const ProfilesConfig config = {.fs = pt_fs_real(),
                                   .clock = pt_clock_real(),
                                   .dir = index_dir,
                                   .log = b->log,
                                   .core = b->core,
                                   .views = b->views};
    must(profiles_open(&config, &b->profiles, &err), &err);
    must(pt_log_reader_open(b->log, NULL, 0, 0, &b->reader, &err), &err);
    must(profiles_start(b->profiles, b->reader, 0, &never, &err), &err);
}

static void close_all(Bench *b)
{
    pt_log_reader_close(b->reader);
    profiles_close(b->profiles);
    pt_log_close(b->log);
    pt_sql_close(b->views);
    pt_sql_close(b->core);
    pt_buf_done(&b->text);
    pt_buf_done(&b->payload);
    free(b->twin);
}

/* ---- Counting -------------------------------------------------------------------------------- */

static uint32_t person_of(const Bench *b, uint64_t record)
{
    char card[32];
    (void)snprintf(card, sizeof card, "r%llu", (unsigned long long)record);
    const Identity *graph = b->profiles->graph;
    return identity_person(graph, identity_find(graph, PT_STR("loyalty_card"), pt_str(card)));
}

static void fold(const Bench *b, uint32_t person, PersonCard *ret_card)
{
    IdentityNode n;
    Card card;
    person_card_clear(ret_card);
    for (uint32_t cursor = 0; identity_next_node(b->profiles->graph, person, &cursor, &n);) {
        const PtStr text = cards_get(b->profiles->duplicates, n.node);
        if (text.len > 0) {
            card_read(text, &card);
            person_card_add(ret_card, &card);
        }
    }
}

/* Without blocks: by all that the two say. */
static bool can_be_told(const Bench *b, uint32_t person, uint32_t other)
{
    static PersonCard one, two;
    Evidence evidence[EVIDENCE_FIELDS];
    fold(b, person, &one);
    fold(b, other, &two);
    return duplicates_over(duplicates_score(&one, &two, evidence));
}

static void count_up(const Bench *b)
{
    uint64_t planted = 0, told = 0, found = 0, one = 0, proposed = 0;
    const Duplicates *d = b->profiles->duplicates;
    PtStr key;
    void *value;
    for (size_t cursor = 0; pt_map_next(d->partners, &cursor, &key, &value);) {
        proposed += ((const Partners *)value)->count;
    }
    proposed /= 2; // both ways
    for (uint64_t n = 1; n <= b->records; n++) {
        if (b->twin[n] <= n) {
            continue;
        }
        const uint32_t a = person_of(b, n), c = person_of(b, b->twin[n]);
        planted++;
        one += a == c;
        told += a != c && can_be_told(b, a, c);
        found += a != c && pairs_get(d, profile_first_node(b->profiles, a),
                                     profile_first_node(b->profiles, c)) != NULL;
    }
    (void)printf(
        "planted %llu (%llu more are one person by an identifier), of these %llu have a score "
        "over the threshold; proposed %llu, of these planted %llu: recall %.3f, precision "
        "%.3f, recall of the blocks %.3f\n",
        (unsigned long long)(planted - one), (unsigned long long)one, (unsigned long long)told,
        (unsigned long long)proposed, (unsigned long long)found,
        (double)found / (double)(planted - one), (double)found / (double)proposed,
        (double)found / (double)told);
}

int main(int argc, char **argv)
{
    enum { MOST = 10000000 };
    const uint64_t asked = argc > 2 ? strtoull(argv[2], NULL, 10) : 100000;
    const uint64_t persons = asked < MOST ? asked : MOST;
    const unsigned percent = argc > 3 ? (unsigned)strtoul(argv[3], NULL, 10) : 5;
    Bench b = {.twin = calloc(persons + 2, sizeof *b.twin)};
    PtError err = {0};
    if (b.twin == NULL || argc < 2 || mkdir(argv[1], 0700) != 0) {
        (void)fprintf(stderr, "usage: duplicates_bench DIR [PERSONS [PERCENT]]\n");
        free(b.twin);
        return 2;
    }
    (void)snprintf(b.dir, sizeof b.dir, "%s", argv[1]);
    pt_rng_init(&b.rng, 1);
    pt_buf_init(&b.text, 1 << 20);
    pt_buf_init(&b.payload, 1 << 20);
    open_all(&b);
    while (b.records + 2 <= persons) {
        append_home(&b, percent, persons);
    }
    must(pt_log_commit(b.log, &err), &err);
    const int64_t cpu = cpu_ns();
    run(&b);
    const double n = (double)b.records;
    (void)printf("%.0f persons: %.1f us CPU each for duplicates, %.1f us for all of the view; %.1f "
                 "MiB of memory; %llu blocks passed over\n",
                 n, (double)flush_ns / 1000 / n, (double)(cpu_ns() - cpu) / 1000 / n,
                 (double)duplicates_bytes(b.profiles) / (1 << 20),
                 (unsigned long long)duplicates_passed_over(b.profiles));
    count_up(&b);
    close_all(&b);
    return 0;
}
