// SPDX-License-Identifier: Apache-2.0
#include "operate/core_rows.h"

#include "base/buf.h"
#include "base/memory.h"
#include "operate/core_tables.h" // generated
#include "operate/pack_internal.h"

#include <stdio.h>
#include <stdlib.h>

enum {
    TABLES = sizeof core_tables / sizeof *core_tables,
    NAME_MAX_BYTES = 63,
    COLUMNS_MAX = 64,
    COLUMNS_TEXT_MAX = COLUMNS_MAX * (NAME_MAX_BYTES + 2),
};

/* ---- Out ------------------------------------------------------------------------------------ */

static void put_bytes(PtBuf *row, PtStr bytes)
{
    const uint32_t len = (uint32_t)bytes.len;
    pt_buf_add(row, &len, sizeof len);
    pt_buf_add_str(row, bytes);
}

static void put_value(PtBuf *row, PtSqlTx *tx, int column, char kind)
{
    const bool is_null = pt_sql_is_null(tx, column);
    pt_buf_add_char(row, is_null ? 0 : 1);
    if (is_null) {
        return;
    }
    if (kind == 'i') {
        const int64_t number = pt_sql_i64(tx, column);
        pt_buf_add(row, &number, sizeof number);
    } else if (kind == 'd') {
        const double number = pt_sql_double(tx, column);
        pt_buf_add(row, &number, sizeof number);
    } else {
        put_bytes(row, kind == 't' ? pt_sql_text(tx, column) : pt_sql_blob(tx, column));
    }
}

/* Adds as numbers of 256 bits. */
static void add_sum(uint64_t sum[static 4], const uint8_t digest[static PACK_DIGEST])
{
    uint64_t part[4];
    unsigned char carry = 0;
    memcpy(part, digest, sizeof part);
    for (int i = 0; i < 4; i++) {
        unsigned long long with = 0;
        unsigned char over = (unsigned char)__builtin_add_overflow(sum[i], part[i], &with);
        over |= (unsigned char)__builtin_add_overflow(with, carry, &with);
        sum[i] = with;
        carry = over;
    }
}

static PtStatus send(const PackSink *sink, const void *bytes, size_t len, PtError *err)
{
    return sink != NULL ? sink->write(sink->ctx, bytes, len, err) : PT_OK;
}

static PtStatus send_row(const PackSink *sink, const PtBuf *row, PtError *err)
{
    const uint32_t len = (uint32_t)row->len;
    PtStatus st = send(sink, "R", 1, err);
    if (st == PT_OK) {
        st = send(sink, &len, sizeof len, err);
    }
    return st == PT_OK ? send(sink, row->data, row->len, err) : st;
}

static PtStatus write_rows(PtSqlTx *tx, const CoreTable *t, const PackSink *sink, PtBuf *row,
                           uint64_t sum[static 4], uint64_t *count, PtError *err)
{
    const size_t columns = strlen(t->kinds);
    bool there = true;
    PtStatus st = pt_sql_use(tx, t->select, err);
    while (st == PT_OK && (st = pt_sql_step(tx, &there, err)) == PT_OK && there) {
        uint8_t digest[PACK_DIGEST];
        PackHash h;
        pt_buf_clear(row, 1 << 20);
        for (size_t i = 0; i < columns; i++) {
            put_value(row, tx, (int)i, t->kinds[i]);
        }
        if (pt_buf_status(row) != PT_OK) {
            return pt_fail(err, pt_buf_status(row), "a row of table %s is too large for a backup",
                           t->name);
        }
        pack_hash_begin(&h);
        pack_hash_add(&h, row->data, row->len);
        pack_hash_end(&h, digest);
        add_sum(sum, digest);
        ++*count;
        st = send_row(sink, row, err);
    }
    pt_sql_done(tx);
    return st;
}

static PtStatus send_table(const CoreTable *t, const PackSink *sink, PtBuf *head, PtError *err)
{
    const uint16_t columns_len = (uint16_t)strlen(t->columns);
    pt_buf_clear(head, 1 << 20);
    pt_buf_add_char(head, 'T');
    pt_buf_add_char(head, (char)strlen(t->name));
    pt_buf_add_str(head, pt_str(t->name));
    pt_buf_add(head, &columns_len, sizeof columns_len);
    pt_buf_add_str(head, pt_str(t->columns));
    pt_buf_add_char(head, (char)strlen(t->kinds));
    pt_buf_add_str(head, pt_str(t->kinds));
    return pt_buf_status(head) == PT_OK ? send(sink, head->data, head->len, err)
                                        : pt_fail(err, PT_NO_MEMORY, "no memory for a backup");
}

static PtStatus write_table(PtSqlTx *tx, const CoreTable *t, const PackSink *sink, PackHash *all,
                            uint64_t *rows, PtError *err)
{
    PT_CLEANUP(pt_buf_done) PtBuf row;
    uint64_t sum[4] = {0}, count = 0;
    pt_buf_init(&row, CORE_ROW_MAX);
    PtStatus st = send_table(t, sink, &row, err);
    if (st == PT_OK) {
        st = write_rows(tx, t, sink, &row, sum, &count, err);
    }
    if (st == PT_OK) {
        st = send(sink, "E", 1, err);
    }
    pack_hash_add(all, t->name, strlen(t->name) + 1);
    pack_hash_add(all, t->columns, strlen(t->columns) + 1);
    pack_hash_add(all, &count, sizeof count);
    pack_hash_add(all, sum, sizeof sum);
    *rows += count;
    return st;
}

PtStatus core_rows_write(PtSqlTx *tx, const PackSink *sink, uint8_t ret_sum[static CORE_SUM],
                         uint64_t *ret_rows, PtError *err)
{
    PackHash all;
    PtStatus st = PT_OK;
    uint64_t rows = 0;
    pack_hash_begin(&all);
    for (size_t i = 0; i < TABLES && st == PT_OK; i++) {
        st = write_table(tx, &core_tables[i], sink, &all, &rows, err);
    }
    if (st == PT_OK) {
        st = send(sink, "Z", 1, err);
    }
    if (st == PT_OK) {
        pack_hash_end(&all, ret_sum);
        *ret_rows = rows;
    }
    return st;
}

/* ---- In ------------------------------------------------------------------------------------- */

/* A table as the backup describes it. Statements are prepared by the address of their text, so each
 * stays in place until all is read. */
typedef struct Incoming {
    char name[NAME_MAX_BYTES + 1], kinds[COLUMNS_MAX + 1];
    char columns[COLUMNS_TEXT_MAX + 1];
    char empty[NAME_MAX_BYTES + 16];
    char insert[COLUMNS_TEXT_MAX + 1024];
} Incoming;

typedef struct Filling {
    const PackSource *source;
    PtSqlTx *tx;
    Incoming *tables; /* owned, TABLES_MAX */
    size_t count;
    PtBuf row;
} Filling;

enum { TABLES_MAX = 500 };

static void filling_done(Filling *f)
{
    pt_buf_done(&f->row);
    free(f->tables);
}

static PtStatus bad(const char *what, PtError *err)
{
    return pt_fail(err, PT_CORRUPT, "the core rows of the backup are wrong: %s", what);
}

static PtStatus take(const PackSource *source, void *bytes, size_t len, PtError *err)
{
    for (size_t done = 0; done < len;) {
        size_t got = 0;
        PtStatus st = source->read(source->ctx, (char *)bytes + done, len - done, &got, err);
        if (st != PT_OK) {
            return st;
        }
        if (got == 0) {
            return bad("they end too early", err);
        }
        done += got;
    }
    return PT_OK;
}

/* Lower-case words, joined by ", " where `list`: they become part of a statement. */
static bool words_ok(const char *text, bool list)
{
    bool in_word = false;
    for (const char *p = text; *p != '\0'; p++) {
        bool letter = (*p >= 'a' && *p <= 'z') || *p == '_' || (in_word && *p >= '0' && *p <= '9');
        if (!letter && !(list && in_word && p[0] == ',' && p[1] == ' ' && p[2] != '\0')) {
            return false;
        }
        p += letter ? 0 : 1;
        in_word = letter;
    }
    return in_word;
}

static PtStatus read_text(const PackSource *source, size_t len_bytes, char *out, size_t max,
                          PtError *err)
{
    uint16_t len = 0;
    PtStatus st = take(source, &len, len_bytes, err);
    if (st == PT_OK && len > max) {
        st = bad("a name is too long", err);
    }
    if (st == PT_OK) {
        st = take(source, out, len, err);
        out[len] = '\0';
    }
    return st;
}

static size_t column_count(const char *columns)
{
    size_t n = 1;
    for (const char *p = columns; *p != '\0'; p++) {
        n += *p == ',';
    }
    return n;
}

static void make_statements(Incoming *t)
{
    (void)snprintf(t->empty, sizeof t->empty, "DELETE FROM %s", t->name);
    size_t n = strlen(t->kinds);
    int at =
        snprintf(t->insert, sizeof t->insert, "INSERT INTO %s (%s) VALUES (", t->name, t->columns);
    for (size_t i = 1; i <= n; i++) {
        at += snprintf(t->insert + at, sizeof t->insert - (size_t)at, "?%zu%s", i,
                       i < n ? ", " : ")");
    }
}

static PtStatus begin_table(Filling *f, PtError *err)
{
    if (f->count == TABLES_MAX) {
        return bad("too many tables", err);
    }
    Incoming *t = &f->tables[f->count++];
    PtStatus st = read_text(f->source, 1, t->name, NAME_MAX_BYTES, err);
    if (st == PT_OK) {
        st = read_text(f->source, 2, t->columns, COLUMNS_TEXT_MAX, err);
    }
    if (st == PT_OK) {
        st = read_text(f->source, 1, t->kinds, COLUMNS_MAX, err);
    }
    if (st == PT_OK && (!words_ok(t->name, false) || !words_ok(t->columns, true) ||
                        t->kinds[0] == '\0' || t->kinds[strspn(t->kinds, "idtb")] != '\0' ||
                        column_count(t->columns) != strlen(t->kinds))) {
        st = bad("a table's description", err);
    }
    if (st == PT_OK) {
        make_statements(t);
        st = pt_sql_run(f->tx, t->empty, err); // of what migrations put in
    }
    return st;
}

/* Takes `len` bytes off the row's front. */
static bool cut(PtStr *rest, size_t len, const char **ret_bytes)
{
    if (rest->len < len) {
        return false;
    }
    *ret_bytes = rest->data;
    *rest = (PtStr){rest->data + len, rest->len - len};
    return true;
}

static bool bind_value(PtSqlTx *tx, int index, char kind, PtStr *rest)
{
    const char *p = NULL;
    if (!cut(rest, 1, &p) || *p < 0 || *p > 1) {
        return false;
    }
    if (*p == 0) {
        pt_sql_bind_null(tx, index);
        return true;
    }
    if (kind == 'i' || kind == 'd') {
        int64_t number;
        double real;
        if (!cut(rest, 8, &p)) {
            return false;
        }
        memcpy(&number, p, 8);
        memcpy(&real, p, 8);
        if (kind == 'i') {
            pt_sql_bind_i64(tx, index, number);
        } else {
            pt_sql_bind_double(tx, index, real);
        }
        return true;
    }
    uint32_t len;
    if (!cut(rest, 4, &p)) {
        return false;
    }
    memcpy(&len, p, 4);
    if (!cut(rest, len, &p)) {
        return false;
    }
    if (kind == 't') {
        pt_sql_bind_text(tx, index, (PtStr){p, len});
    } else {
        pt_sql_bind_blob(tx, index, (PtStr){p, len});
    }
    return true;
}

static PtStatus insert_row(Filling *f, PtError *err)
{
    const Incoming *t = &f->tables[f->count - 1];
    uint32_t len;
    bool there;
    PtStatus st = take(f->source, &len, sizeof len, err);
    if (st == PT_OK && len > CORE_ROW_MAX) {
        st = bad("a row is too large", err);
    }
    pt_buf_clear(&f->row, 1 << 20);
    char *to = st == PT_OK ? pt_buf_reserve(&f->row, len + 1) : NULL;
    if (to == NULL) {
        return st != PT_OK ? st : pt_fail(err, PT_NO_MEMORY, "no memory for a row");
    }
    st = take(f->source, to, len, err);
    if (st == PT_OK) {
        st = pt_sql_use(f->tx, t->insert, err);
    }
    PtStr rest = {to, len};
    for (int i = 0; st == PT_OK && t->kinds[i] != '\0'; i++) {
        st = bind_value(f->tx, i + 1, t->kinds[i], &rest) ? PT_OK : bad("a row", err);
    }
    if (st == PT_OK && rest.len > 0) {
        st = bad("a row is too long", err);
    }
    if (st == PT_OK) {
        st = pt_sql_step(f->tx, &there, err);
    }
    pt_sql_done(f->tx);
    return st;
}

static PtStatus fill(Filling *f, PtError *err)
{
    bool in_table = false;
    for (;;) {
        char what;
        PtStatus st = take(f->source, &what, 1, err);
        if (st == PT_OK && what == 'Z' && !in_table) {
            return PT_OK;
        }
        if (st == PT_OK && what == 'T' && !in_table) {
            st = begin_table(f, err);
            in_table = true;
        } else if (st == PT_OK && what == 'R' && in_table) {
            st = insert_row(f, err);
        } else if (st == PT_OK && what == 'E' && in_table) {
            in_table = false;
        } else if (st == PT_OK) {
            st = bad("an unknown mark", err);
        }
        if (st != PT_OK) {
            return st;
        }
    }
}

PtStatus core_rows_read(PtSql *sql, const PackSource *source, PtError *err)
{
    PT_CLEANUP(filling_done)
    Filling f = {.source = source, .tables = calloc(TABLES_MAX, sizeof(Incoming))};
    pt_buf_init(&f.row, CORE_ROW_MAX + 1);
    if (f.tables == NULL) {
        return pt_fail(err, PT_NO_MEMORY, "no memory to read the core rows");
    }
    PtStatus st = pt_sql_begin(sql, true, &f.tx, err);
    if (st != PT_OK) {
        return st;
    }
    st = fill(&f, err);
    if (st != PT_OK) {
        pt_sql_rollback(f.tx);
        return st;
    }
    return pt_sql_commit(&f.tx, err);
}
