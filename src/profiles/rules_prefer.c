// SPDX-License-Identifier: Apache-2.0
/* Rules of identity, the member "traits": whose word holds where sources say different things. */
#include "base/json.h"
#include "profiles/identity_internal.h"

#include <stdlib.h>

enum { NAME_RAW_MAX = 6 * IDENTITY_PREFER_NAME_MAX }; /* 6: the longest escape of a byte */

typedef struct IdentityPrefer {
    PtStr trait;
    PtStr sources[IDENTITY_PREFER_SOURCES_MAX]; /* ids, the first one's word before all */
    size_t count;
} IdentityPrefer;

struct IdentityPrefers {
    PtArena *texts;
    IdentityPrefer of[IDENTITY_PREFER_MAX];
    size_t count;
};

static PtStatus no_memory(PtError *err)
{
    return pt_fail(err, PT_NO_MEMORY, "no memory for the rules of identity");
}

void identity_prefers_free(IdentityPrefers *all)
{
    if (all != NULL) {
        pt_arena_free(all->texts);
        free(all);
    }
}

/* ---- Questions ------------------------------------------------------------------------------- */

static const IdentityPrefer *find(const IdentityPrefers *all, PtStr trait)
{
    for (size_t i = 0; all != NULL && i < all->count; i++) {
        if (pt_str_eq(all->of[i].trait, trait)) {
            return &all->of[i];
        }
    }
    return NULL;
}

bool identity_prefers(const IdentityRules *rules, PtStr trait)
{
    return find(rules->prefers, trait) != NULL;
}

unsigned identity_preference(const IdentityRules *rules, PtStr trait, PtStr source)
{
    const IdentityPrefer *row = find(rules->prefers, trait);
    for (size_t i = 0; row != NULL && i < row->count; i++) {
        if (pt_str_eq(row->sources[i], source)) {
            return (unsigned)(row->count - i);
        }
    }
    return 0;
}

bool identity_preferred_source(const IdentityRules *rules, size_t trait, size_t place,
                               PtStr *ret_source)
{
    const IdentityPrefers *all = rules->prefers;
    if (all == NULL || trait >= all->count || place >= all->of[trait].count) {
        return false;
    }
    *ret_source = all->of[trait].sources[place];
    return true;
}

/* ---- Reading --------------------------------------------------------------------------------- */

typedef struct Reader {
    PtJson *j;
    IdentityPrefers *all;
    size_t row;
    PtError *err;
} Reader;

static PtStatus refuse(Reader *r, PtJsonToken token, const char *what)
{
    return token == PT_JSON_ERROR ? pt_json_error(r->j, r->err)
                                  : pt_fail(r->err, PT_INVALID, "traits[%zu].%s", r->row, what);
}

/* Where the text that was read is one of 1..max bytes. */
static PtStatus read_text(Reader *r, size_t max, const char *what, PtStr *ret_text)
{
    PtBuf text;
    if (r->j->raw.len > NAME_RAW_MAX) {
        return refuse(r, PT_JSON_STRING, what);
    }
    pt_buf_init(&text, NAME_RAW_MAX + 1);
    pt_json_decode(r->j->raw, &text);
    PtStatus st = pt_buf_status(&text) == PT_OK ? PT_OK : no_memory(r->err);
    if (st == PT_OK && (text.len == 0 || text.len > max)) {
        st = refuse(r, PT_JSON_STRING, what);
    }
    if (st == PT_OK) {
        *ret_text = pt_arena_str(r->all->texts, pt_buf_str(&text));
        st = ret_text->data != NULL ? PT_OK : no_memory(r->err);
    }
    pt_buf_done(&text);
    return st;
}

static PtStatus read_name(Reader *r, IdentityPrefer *row)
{
    static const char wanted[] = "name is not a text of 1..200 bytes";
    const PtJsonToken token = pt_json_next(r->j);
    PtStr name = PT_STR("");
    PtStatus st = token == PT_JSON_STRING ? read_text(r, IDENTITY_PREFER_NAME_MAX, wanted, &name)
                                          : refuse(r, token, wanted);
    if (st == PT_OK && find(r->all, name) != NULL) {
        st = refuse(r, token, "name stands twice");
    }
    row->trait = st == PT_OK ? name : row->trait;
    return st;
}

static PtStatus add_source(Reader *r, IdentityPrefer *row)
{
    PtStr source;
    if (row->count == IDENTITY_PREFER_SOURCES_MAX) {
        return refuse(r, PT_JSON_STRING, "sources has more than 20 of them");
    }
    PtStatus st = read_text(r, IDENTITY_PREFER_SOURCE_MAX,
                            "sources holds a text that is not 1..36 bytes long", &source);
    for (size_t i = 0; st == PT_OK && i < row->count; i++) {
        if (pt_str_eq(row->sources[i], source)) {
            st = refuse(r, PT_JSON_STRING, "sources holds one twice");
        }
    }
    if (st == PT_OK) {
        row->sources[row->count++] = source;
    }
    return st;
}

static PtStatus read_sources(Reader *r, IdentityPrefer *row)
{
    PtJsonToken token = pt_json_next(r->j);
    PtStatus st = token == PT_JSON_ARRAY ? PT_OK : refuse(r, token, "sources is not an array");
    if (st == PT_OK && row->count > 0) {
        st = refuse(r, token, "sources stands twice");
    }
    while (st == PT_OK && (token = pt_json_next(r->j)) == PT_JSON_STRING) {
        st = add_source(r, row);
    }
    return st != PT_OK                  ? st
           : token != PT_JSON_ARRAY_END ? refuse(r, token, "sources is not an array of texts")
           : row->count == 0            ? refuse(r, token, "sources is empty")
                                        : PT_OK;
}

static PtStatus read_row(Reader *r)
{
    IdentityPrefer *row = &r->all->of[r->row];
    PtJsonToken token = pt_json_next(r->j);
    PtStatus st = PT_OK;
    while (st == PT_OK && token == PT_JSON_KEY) {
        const bool name = pt_json_raw_eq(r->j->raw, r->j->flags, PT_STR("name"));
        const bool sources = pt_json_raw_eq(r->j->raw, r->j->flags, PT_STR("sources"));
        st = name && row->trait.len > 0 ? refuse(r, token, "name stands twice")
             : name                     ? read_name(r, row)
             : sources                  ? read_sources(r, row)
                                        : refuse(r, token, "* is a member that is not known");
        token = st == PT_OK ? pt_json_next(r->j) : token;
    }
    if (st == PT_OK && token != PT_JSON_OBJECT_END) {
        st = pt_json_error(r->j, r->err);
    }
    if (st == PT_OK && (row->trait.len == 0 || row->count == 0)) {
        st = refuse(r, token, row->trait.len == 0 ? "name is not there" : "sources is not there");
    }
    return st;
}

static PtStatus read_rows(Reader *r)
{
    PtJsonToken token = pt_json_next(r->j);
    if (token != PT_JSON_ARRAY) {
        return token == PT_JSON_ERROR ? pt_json_error(r->j, r->err)
                                      : pt_fail(r->err, PT_INVALID, "traits is not an array");
    }
    while ((token = pt_json_next(r->j)) == PT_JSON_OBJECT) {
        if (r->all->count == IDENTITY_PREFER_MAX) {
            return pt_fail(r->err, PT_INVALID, "traits has more than %d of them",
                           IDENTITY_PREFER_MAX);
        }
        r->row = r->all->count;
        PtStatus st = read_row(r);
        if (st != PT_OK) {
            return st;
        }
        r->all->count++;
    }
    return token == PT_JSON_ARRAY_END ? PT_OK
           : token == PT_JSON_ERROR
               ? pt_json_error(r->j, r->err)
               : pt_fail(r->err, PT_INVALID, "traits is not an array of objects");
}

PtStatus identity_prefers_read(PtJson *j, IdentityPrefers **ret_prefers, PtError *err)
{
    Reader r = {.j = j, .all = calloc(1, sizeof *r.all), .err = err};
    if (r.all == NULL || (r.all->texts = pt_arena_new(1 << 20)) == NULL) {
        identity_prefers_free(r.all);
        return no_memory(err);
    }
    PtStatus st = read_rows(&r);
    if (st != PT_OK) {
        identity_prefers_free(r.all);
        return st;
    }
    *ret_prefers = r.all;
    return PT_OK;
}

/* ---- Writing --------------------------------------------------------------------------------- */

void identity_prefers_write(const IdentityPrefers *all, PtJsonOut *o)
{
    pt_json_out_array(o);
    for (size_t i = 0; all != NULL && i < all->count; i++) {
        pt_json_out_object(o);
        pt_json_put_str(o, "name", all->of[i].trait);
        pt_json_out_key(o, PT_STR("sources"));
        pt_json_out_array(o);
        for (size_t s = 0; s < all->of[i].count; s++) {
            pt_json_out_str(o, all->of[i].sources[s]);
        }
        pt_json_out_array_end(o);
        pt_json_out_object_end(o);
    }
    pt_json_out_array_end(o);
}
