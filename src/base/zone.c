// SPDX-License-Identifier: Apache-2.0
/* Zones from TZif files (RFC 9636): version 1 to 4, the 64-bit block where there is one, and the
 * footer's POSIX rule for what comes after the last transition. The Gregorian calendar repeats
 * every 400 years to the day of the week, so the rule is unrolled once over such a cycle when the
 * zone is loaded, and every later look-up is a search in one table.
 */
#include "base/time.h"

#include "base/memory.h"

#include <errno.h>

enum {
    FILE_MAX = 1 << 20,    // bytes; the largest in tzdata has under 4 KiB
    HEADER = 44,           // bytes
    OFFSET_MAX_S = 93599,  // 25:59:59, by RFC 9636
    RULE_TIME_MAX_H = 167, // by the same
    CYCLE_YEARS = 400,
    DAY_S = 86400,
    WINDOW_S = 2 * DAY_S, // over any offset: transitions that can matter to a local reading
};

#define CYCLE_S 12622780800 // 146,097 days

typedef struct Transition {
    int64_t at_s;     // UTC
    int32_t offset_s; // from here on
} Transition;

struct PtZone {
    Transition *list; // ascending
    size_t count;
    int32_t first_offset_s; // before the first transition
    int64_t cycle_end_s;    // later instants are moved back by whole cycles
};

/* One "M3.2.0/2", "J60" or "59" of a rule. */
typedef struct RuleDate {
    char kind; // 'M', 'J' or '0'
    unsigned month, week, day;
    int32_t time_s;
} RuleDate;

typedef struct Rule {
    int32_t standard_s, summer_s; // offsets east of UTC
    bool has_summer;
    RuleDate start, end;
} Rule;

/* A reader over the footer: once something does not fit, `ok` stays false. */
typedef struct Reader {
    const char *p, *end;
    bool ok;
} Reader;

static char peek(const Reader *r)
{
    return r->p < r->end ? *r->p : 0;
}

static bool take(Reader *r, char c)
{
    bool hit = peek(r) == c && c != 0;
    r->p += hit;
    return hit;
}

static unsigned read_number(Reader *r, unsigned min, unsigned max)
{
    unsigned value = 0;
    const char *first = r->p;
    while (peek(r) >= '0' && peek(r) <= '9' && value <= max) {
        value = value * 10 + (unsigned)(*r->p++ - '0');
    }
    r->ok = r->ok && r->p > first && value >= min && value <= max;
    return r->ok ? value : min;
}

/* [+-]hh[:mm[:ss]] in seconds */
static int32_t read_hms(Reader *r, unsigned max_hours)
{
    bool negative = take(r, '-');
    if (!negative) {
        (void)take(r, '+');
    }
    unsigned seconds = read_number(r, 0, max_hours) * 3600;
    if (take(r, ':')) {
        seconds += read_number(r, 0, 59) * 60;
        if (take(r, ':')) {
            seconds += read_number(r, 0, 59);
        }
    }
    return negative ? -(int32_t)seconds : (int32_t)seconds;
}

/* "CET" or "<+0330>" */
static void read_name(Reader *r)
{
    bool quoted = take(r, '<');
    const char *first = r->p;
    for (; r->p < r->end; r->p++) {
        char c = *r->p, lower = pt_ascii_lower(c);
        bool letter = lower >= 'a' && lower <= 'z';
        if (!letter && !(quoted && ((c >= '0' && c <= '9') || c == '+' || c == '-'))) {
            break;
        }
    }
    r->ok = r->ok && r->p - first >= 3;
    if (quoted) {
        r->ok = take(r, '>') && r->ok;
    }
}

static RuleDate read_rule_date(Reader *r)
{
    RuleDate d = {.kind = '0', .time_s = 2 * 3600};
    if (take(r, 'M')) {
        d.kind = 'M';
        d.month = read_number(r, 1, 12);
        r->ok = take(r, '.') && r->ok;
        d.week = read_number(r, 1, 5);
        r->ok = take(r, '.') && r->ok;
        d.day = read_number(r, 0, 6);
    } else if (take(r, 'J')) {
        d.kind = 'J';
        d.day = read_number(r, 1, 365);
    } else {
        d.day = read_number(r, 0, 365);
    }
    if (take(r, '/')) {
        d.time_s = read_hms(r, RULE_TIME_MAX_H);
    }
    return d;
}

static bool read_rule(PtStr footer, Rule *ret)
{
    Reader r = {footer.data, footer.data + footer.len, true};
    read_name(&r);
    Rule rule = {.standard_s = -read_hms(&r, 24)}; // POSIX counts west of UTC
    if (r.p < r.end) {
        rule.has_summer = true;
        read_name(&r);
        rule.summer_s = peek(&r) == ',' ? rule.standard_s + 3600 : -read_hms(&r, 24);
        r.ok = take(&r, ',') && r.ok;
        rule.start = read_rule_date(&r);
        r.ok = take(&r, ',') && r.ok;
        rule.end = read_rule_date(&r);
    }
    *ret = rule;
    return r.ok && r.p == r.end;
}

static int64_t date_s(int64_t year, unsigned month, unsigned day)
{
    return pt_civil_days(year, month, day) * DAY_S;
}

/* The wall clock's reading, as seconds since 1970, when the rule's date strikes in that year. */
static int64_t rule_date_s(const RuleDate *d, int64_t year)
{
    int64_t from = date_s(year, 1, 1);
    if (d->kind == '0') {
        from += (int64_t)d->day * DAY_S;
    } else if (d->kind == 'J') { // 29 February is never counted
        bool leap = date_s(year, 3, 1) - date_s(year, 2, 28) == 2 * DAY_S;
        from += (int64_t)(d->day - 1 + (leap && d->day >= 60)) * DAY_S;
    } else {
        from = date_s(year, d->month, 1);
        int64_t next = d->month < 12 ? date_s(year, d->month + 1, 1) : date_s(year + 1, 1, 1);
        int64_t weekday = ((from / DAY_S + 4) % 7 + 7) % 7; // 0 = Sunday; 1970-01-01: Thursday
        from += ((d->day - weekday + 7) % 7 + 7 * (int64_t)(d->week - 1)) * DAY_S;
        from -= from >= next ? 7 * DAY_S : 0;
    }
    return from + d->time_s;
}

/* Sorts what is nearly in order. Stable: where one year's end of summer time is the next one's
 * start, the start stays last and the zone has summer time all year, as RFC 9636 wants it.
 */
static void sort_transitions(Transition *list, size_t count)
{
    for (size_t i = 1; i < count; i++) {
        Transition t = list[i];
        size_t j = i;
        for (; j > 0 && list[j - 1].at_s > t.at_s; j--) {
            list[j] = list[j - 1];
        }
        list[j] = t;
    }
}

static int64_t year_of(int64_t at_s)
{
    const int64_t far_s = INT64_MAX / 1000;
    at_s = at_s < -far_s ? -far_s : at_s > far_s ? far_s : at_s;
    return pt_civil_of_ms(at_s * 1000).year;
}

/* Appends what the rule does from the last transition to the end of a whole cycle behind it. */
static void unroll_rule(PtZone *zone, const Rule *rule)
{
    int64_t last_s = zone->count > 0 ? zone->list[zone->count - 1].at_s : INT64_MIN;
    int64_t year = year_of(last_s);
    size_t kept = zone->count;
    for (int64_t y = year - 1; y <= year + CYCLE_YEARS + 3; y++) {
        Transition pair[2] = {
            {rule_date_s(&rule->start, y) - rule->standard_s, rule->summer_s},
            {rule_date_s(&rule->end, y) - rule->summer_s, rule->standard_s},
        };
        for (int i = 0; i < 2; i++) {
            if (pair[i].at_s > last_s) {
                zone->list[zone->count++] = pair[i];
            }
        }
    }
    sort_transitions(zone->list + kept, zone->count - kept);
    zone->cycle_end_s = date_s(year + CYCLE_YEARS + 2, 1, 1);
}

static int64_t big_endian(const char *p, size_t bytes)
{
    uint64_t value = (signed char)*p < 0 ? UINT64_MAX : 0;
    for (size_t i = 0; i < bytes; i++) {
        value = value << 8 | (unsigned char)p[i];
    }
    return (int64_t)value;
}

/* The counts of a TZif header, and where its block lies. */
typedef struct Block {
    uint32_t isut, isstd, leaps, times, types, chars;
    size_t time_size; // bytes an instant takes: 4 or 8
    PtStr body;
} Block;

/* Reads the header and block at *rest and cuts them off. */
static bool read_block(PtStr *rest, size_t time_size, Block *ret)
{
    if (rest->len < HEADER || memcmp(rest->data, "TZif", 4) != 0) {
        return false;
    }
    uint32_t counts[6];
    for (size_t i = 0; i < 6; i++) {
        counts[i] = (uint32_t)big_endian(rest->data + 20 + 4 * i, 4);
        if (counts[i] > FILE_MAX) {
            return false;
        }
    }
    *ret =
        (Block){counts[0], counts[1], counts[2], counts[3], counts[4], counts[5], time_size, {0}};
    size_t body = (size_t)ret->times * (time_size + 1) + (size_t)ret->types * 6 + ret->chars +
                  (size_t)ret->leaps * (time_size + 4) + ret->isstd + ret->isut;
    if (rest->len - HEADER < body || ret->types == 0) {
        return false;
    }
    ret->body = (PtStr){rest->data + HEADER, body};
    *rest = (PtStr){rest->data + HEADER + body, rest->len - HEADER - body};
    return true;
}

static bool read_offset(const Block *b, unsigned type, int32_t *ret_offset_s)
{
    if (type >= b->types) {
        return false;
    }
    const char *types = b->body.data + (size_t)b->times * (b->time_size + 1);
    *ret_offset_s = (int32_t)big_endian(types + 6 * (size_t)type, 4);
    return *ret_offset_s >= -OFFSET_MAX_S && *ret_offset_s <= OFFSET_MAX_S;
}

static bool read_transitions(PtZone *zone, const Block *b)
{
    const char *types = b->body.data + (size_t)b->times * b->time_size;
    for (uint32_t i = 0; i < b->times; i++) {
        Transition t = {big_endian(b->body.data + i * b->time_size, b->time_size), 0};
        if (!read_offset(b, (unsigned char)types[i], &t.offset_s) ||
            (i > 0 && t.at_s <= zone->list[zone->count - 1].at_s)) {
            return false;
        }
        zone->list[zone->count++] = t;
    }
    return read_offset(b, 0, &zone->first_offset_s);
}

/* The line between two newlines behind the 64-bit block; empty when there is none. */
static bool read_footer(PtStr rest, PtStr *ret_line)
{
    if (rest.len < 2 || rest.data[0] != '\n') {
        return false;
    }
    const char *line = rest.data + 1, *end = memchr(line, '\n', rest.len - 1);
    if (end == NULL) {
        return false;
    }
    *ret_line = (PtStr){line, (size_t)(end - line)};
    return true;
}

static PtStatus bad_zone(PtError *err, const char *why)
{
    return pt_fail(err, PT_CORRUPT, "not a usable TZif file: %s", why);
}

static PtStatus build_zone(PtZone *zone, const Block *b, PtStr footer, PtError *err)
{
    Rule rule = {0};
    if (footer.len > 0 && !read_rule(footer, &rule)) {
        return bad_zone(err, "its footer is not a POSIX rule");
    }
    size_t room = b->times + (rule.has_summer ? 2 * (CYCLE_YEARS + 5) : 0);
    zone->list = calloc(room > 0 ? room : 1, sizeof *zone->list);
    zone->cycle_end_s = INT64_MAX;
    if (zone->list == NULL) {
        return pt_fail(err, PT_NO_MEMORY, "no memory for a time zone");
    }
    if (!read_transitions(zone, b)) {
        return bad_zone(err, "its transitions are out of order or out of range");
    }
    if (rule.has_summer) {
        unroll_rule(zone, &rule);
    }
    return PT_OK;
}

PtStatus pt_zone_parse(PtStr tzif, PtZone **ret_zone, PtError *err)
{
    Block b;
    PtStr rest = tzif, footer = {NULL, 0};
    if (tzif.len > FILE_MAX || !read_block(&rest, 4, &b)) {
        return bad_zone(err, "its header or length is wrong");
    }
    if (tzif.data[4] != 0 && (!read_block(&rest, 8, &b) || !read_footer(rest, &footer))) {
        return bad_zone(err, "its 64-bit block or footer is wrong");
    }
    if (b.leaps > 0) {
        return bad_zone(err, "it counts leap seconds");
    }
    PT_CLEANUP(pt_zone_freep) PtZone *zone = calloc(1, sizeof *zone);
    if (zone == NULL) {
        return pt_fail(err, PT_NO_MEMORY, "no memory for a time zone");
    }
    PtStatus st = build_zone(zone, &b, footer, err);
    if (st == PT_OK) {
        *ret_zone = PT_TAKE(zone);
    }
    return st;
}

void pt_zone_free(PtZone *zone)
{
    if (zone != NULL) {
        free(zone->list);
        free(zone);
    }
}

static bool name_is_safe(const char *name)
{
    static const char allowed[] =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_+/-";
    return name[0] != 0 && name[0] != '/' && name[strspn(name, allowed)] == 0;
}

PtStatus pt_zone_load(const char *name, const char *dir, PtZone **ret_zone, PtError *err)
{
    char path[512];
    if (!name_is_safe(name) || strlen(name) > 255) {
        return pt_fail(err, PT_INVALID, "\"%.64s\" is not a time zone's name", name);
    }
    int n = snprintf(path, sizeof path, "%s/%s", dir != NULL ? dir : "/usr/share/zoneinfo", name);
    if (n < 0 || (size_t)n >= sizeof path) {
        return pt_fail(err, PT_INVALID, "the path of time zone \"%.64s\" is too long", name);
    }
    PT_CLEANUP(pt_close_filep) FILE *f = fopen(path, "re");
    if (f == NULL) {
        PtStatus st = errno == ENOTDIR ? PT_NOT_FOUND : pt_status_of_errno(errno);
        return pt_fail(err, st, "cannot open time zone \"%.64s\": %s", name, strerror(errno));
    }
    PT_CLEANUP(pt_free_charp) char *bytes = malloc(FILE_MAX + 1);
    if (bytes == NULL) {
        return pt_fail(err, PT_NO_MEMORY, "no memory for a time zone");
    }
    size_t len = fread(bytes, 1, FILE_MAX + 1, f);
    if (ferror(f)) {
        bool folder = errno == EISDIR; // "Europe" alone
        return pt_fail(err, folder ? PT_NOT_FOUND : PT_IO, "cannot read time zone \"%.64s\": %s",
                       name, strerror(errno));
    }
    return pt_zone_parse((PtStr){bytes, len}, ret_zone, err);
}

static int64_t floor_s(int64_t ms)
{
    return ms / 1000 - (ms % 1000 < 0);
}

/* By how much an instant behind the table is moved back into its last cycle; 0 within it. */
static int64_t cycle_shift_s(const PtZone *zone, int64_t at_s)
{
    if (at_s < zone->cycle_end_s) {
        return 0;
    }
    return ((at_s - zone->cycle_end_s) / CYCLE_S + 1) * CYCLE_S;
}

/* How many transitions lie at or before the instant. */
static size_t transitions_until(const PtZone *zone, int64_t at_s)
{
    size_t low = 0, high = zone->count;
    while (low < high) {
        size_t mid = low + (high - low) / 2;
        if (zone->list[mid].at_s <= at_s) {
            low = mid + 1;
        } else {
            high = mid;
        }
    }
    return low;
}

/* The offset once `passed` transitions have happened. */
static int32_t offset_after(const PtZone *zone, size_t passed)
{
    return passed > 0 ? zone->list[passed - 1].offset_s : zone->first_offset_s;
}

int32_t pt_zone_offset_s(const PtZone *zone, int64_t utc_ms)
{
    int64_t at_s = floor_s(utc_ms);
    return offset_after(zone, transitions_until(zone, at_s - cycle_shift_s(zone, at_s)));
}

int32_t pt_zone_offset_until(const PtZone *zone, int64_t utc_ms, int64_t *ret_until_ms)
{
    int64_t at_s = floor_s(utc_ms), shift_s = cycle_shift_s(zone, at_s), until_s = INT64_MAX;
    size_t passed = transitions_until(zone, at_s - shift_s);
    if (passed < zone->count) {
        until_s = zone->list[passed].at_s;
    }
    if (until_s > zone->cycle_end_s && zone->cycle_end_s < INT64_MAX) {
        until_s = zone->cycle_end_s; // the next cycle begins
    }
    bool far = until_s == INT64_MAX || __builtin_add_overflow(until_s, shift_s, &until_s) ||
               __builtin_mul_overflow(until_s, (int64_t)1000, &until_s);
    *ret_until_ms = far ? INT64_MAX : until_s;
    return offset_after(zone, passed);
}

/* The instant of a local reading: the first (or last) of those that read so, else by the offset
 * before the gap it falls into.
 */
static int64_t local_to_utc_s(const PtZone *zone, int64_t local_s, bool later)
{
    size_t passed = transitions_until(zone, local_s - WINDOW_S);
    int64_t found = local_s - offset_after(zone, passed); // a zone without transitions near
    bool any = false;
    for (;; passed++) {
        int32_t offset = offset_after(zone, passed);
        int64_t at = local_s - offset;
        bool more = passed < zone->count && zone->list[passed].at_s <= local_s + WINDOW_S;
        bool began = passed == 0 || at >= zone->list[passed - 1].at_s;
        bool over = more && at >= zone->list[passed].at_s;
        if (began && !over && (later || !any)) {
            found = at;
            any = true;
        } else if (!any && over &&
                   local_s < zone->list[passed].at_s + zone->list[passed].offset_s) {
            found = at;
        }
        if (!more) {
            return found;
        }
    }
}

PtStatus pt_zone_to_utc(const PtZone *zone, const PtCivil *civil, bool later, int64_t *ret_utc_ms)
{
    int64_t local_ms;
    if (!pt_civil_to_ms(civil, &local_ms)) {
        return PT_INVALID;
    }
    int64_t local_s = floor_s(local_ms), shift_s = cycle_shift_s(zone, local_s);
    int64_t utc_s = local_to_utc_s(zone, local_s - shift_s, later) + shift_s;
    *ret_utc_ms = utc_s * 1000 + civil->ms;
    return PT_OK;
}

PtCivil pt_zone_civil(const PtZone *zone, int64_t utc_ms)
{
    int64_t local_ms = 0;
    if (__builtin_add_overflow(utc_ms, (int64_t)pt_zone_offset_s(zone, utc_ms) * 1000, &local_ms)) {
        local_ms = utc_ms; // far outside of all years anyway
    }
    return pt_civil_of_ms(local_ms);
}
