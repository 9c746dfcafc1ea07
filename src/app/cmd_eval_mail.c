// SPDX-License-Identifier: Apache-2.0
/* Mails, and texts of mails, against what labels say of them. */
#include "app/cli.h"
#include "app/eval.h"

#include "base/json.h"
#include "base/memory.h"
#include "platform/mail.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <sys/stat.h>

enum {
    JSON_DEPTH = 16,
    VALUE_BYTES = 64 << 20,
    KEEP = 1 << 20,
    SHOWN = 5,
    PATH_BYTES = 4096,
    FOLDERS_DEEP = 32,
};

const CliOption cmd_eval_mail_options[] = {
    {"expect", "FILE",
     "JSON lines {\"file\", \"expect\": {members as --values prints them}}; files from its folder "
     "on; what does not end in .eml is a text",
     false},
    {"values", NULL, "print a JSON line of each mail instead", false},
    {0}};

typedef struct Eval {
    bool values;
    uint64_t mails, texts, cut, of_nature[MAIL_NATURES], bounces;
    uint64_t cases, matched, members, members_matched, shown_count;
    PtStr folder; /* of the labels */
    PtBuf bytes, value, shown;
    PtJsonOut mismatches;
    PtArena *arena;
    PtError *err;
} Eval;

/* ---- One file -------------------------------------------------------------------------------- */

static PtStatus read_bytes(Eval *e, const char *path, PtError *err)
{
    PT_CLEANUP(pt_close_filep) FILE *f = fopen(path, "re");
    if (f == NULL) {
        const int why = errno;
        return pt_fail(err, pt_status_of_errno(why), "cannot open \"%s\": %s", path, strerror(why));
    }
    pt_buf_clear(&e->bytes, KEEP);
    for (size_t got = 1; got > 0 && pt_buf_status(&e->bytes) == PT_OK;) {
        char piece[65536];
        got = fread(piece, 1, sizeof piece, f);
        pt_buf_add(&e->bytes, piece, got);
    }
    if (ferror(f) != 0) {
        return pt_fail(err, PT_IO, "cannot read \"%s\"", path);
    }
    const PtStatus st = pt_buf_status(&e->bytes);
    return st == PT_OK ? PT_OK : pt_fail(err, st, "\"%s\" has over %d bytes", path, MAIL_BYTES);
}

static void put_addresses(PtJsonOut *o, const char *name, MailAddresses list)
{
    pt_json_out_key(o, pt_str(name));
    pt_json_out_array(o);
    for (size_t i = 0; i < list.count; i++) {
        pt_json_out_object(o);
        pt_json_put_str(o, "name", list.list[i].name);
        pt_json_put_str(o, "address", list.list[i].address);
        pt_json_out_object_end(o);
    }
    pt_json_out_array_end(o);
}

static void put_ids(PtJsonOut *o, const char *name, MailIds ids)
{
    pt_json_out_key(o, pt_str(name));
    pt_json_out_array(o);
    for (size_t i = 0; i < ids.count; i++) {
        pt_json_out_str(o, ids.list[i]);
    }
    pt_json_out_array_end(o);
}

static void put_text(PtJsonOut *o, const char *name, PtStr text)
{
    if (text.data != NULL) {
        pt_json_put_str(o, name, text);
    }
}

static void put_bounces(PtJsonOut *o, const MailMessage *m)
{
    pt_json_out_key(o, PT_STR("bounces"));
    pt_json_out_array(o);
    for (size_t i = 0; i < m->bounce_count; i++) {
        const MailBounce *b = &m->bounces[i];
        pt_json_out_object(o);
        pt_json_put_str(o, "recipient", b->recipient);
        pt_json_put_str(o, "status", b->status);
        pt_json_put_str(o, "reply", b->reply);
        pt_json_put_bool(o, "hard", b->hard);
        pt_json_out_object_end(o);
    }
    pt_json_out_array_end(o);
}

static void put_files(PtJsonOut *o, const MailMessage *m)
{
    pt_json_out_key(o, PT_STR("files"));
    pt_json_out_array(o);
    for (size_t i = 0; i < m->file_count; i++) {
        const MailFile *f = &m->files[i];
        pt_json_out_object(o);
        pt_json_put_str(o, "name", f->name);
        pt_json_put_str(o, "type", f->type);
        pt_json_put_u64(o, "size", f->bytes.len);
        pt_json_out_object_end(o);
    }
    pt_json_out_array_end(o);
}

static PtStatus put_reply(Eval *e, PtJsonOut *o, PtStr text)
{
    MailReply reply;
    PtStatus st = text.data != NULL ? mail_reply(text, e->arena, &reply, e->err) : PT_OK;
    if (st == PT_OK && text.data != NULL) {
        pt_json_put_str(o, "reply", reply.kept);
        pt_json_put_str(o, "reply_cut", reply.cut);
    }
    return st;
}

static PtStatus put_mail(Eval *e, PtJsonOut *o)
{
    MailMessage m;
    PtStatus st = mail_parse(pt_buf_str(&e->bytes), e->arena, &m, e->err);
    if (st != PT_OK) {
        return st;
    }
    e->mails++;
    e->cut += m.cut;
    e->of_nature[m.nature]++;
    e->bounces += m.bounce_count;
    put_addresses(o, "from", m.from);
    put_addresses(o, "reply_to", m.reply_to);
    put_addresses(o, "to", m.to);
    put_addresses(o, "cc", m.cc);
    put_addresses(o, "bcc", m.bcc);
    pt_json_put_str(o, "subject", m.subject);
    pt_json_put_i64(o, "date_ms", m.date_ms);
    pt_json_put_str(o, "message_id", m.message_id);
    put_ids(o, "in_reply_to", m.in_reply_to);
    put_ids(o, "references", m.references);
    pt_json_put_str(o, "nature", pt_str(mail_nature_name(m.nature)));
    pt_json_put_str(o, "nature_why", m.nature_why);
    pt_json_put_str(o, "original_id", m.original_id);
    pt_json_put_bool(o, "cut", m.cut);
    put_bounces(o, &m);
    put_files(o, &m);
    put_text(o, "text", m.text);
    put_text(o, "html", m.html);
    return put_reply(e, o, m.text);
}

static bool is_mail(const char *path)
{
    const size_t len = strlen(path);
    return len > 4 && strcmp(path + len - 4, ".eml") == 0;
}

/* Into e->value. */
static PtStatus value_of(Eval *e, const char *path, PtStr name)
{
    PtStatus st = read_bytes(e, path, e->err);
    if (st != PT_OK) {
        return st;
    }
    pt_arena_clear(e->arena);
    pt_buf_clear(&e->value, KEEP);
    PtJsonOut o = pt_json_out(&e->value);
    pt_json_out_object(&o);
    pt_json_put_str(&o, "file", name);
    if (is_mail(path)) {
        st = put_mail(e, &o);
    } else {
        e->texts++;
        st = put_reply(e, &o, pt_buf_str(&e->bytes));
    }
    pt_json_out_object_end(&o);
    return st == PT_OK && pt_buf_status(&e->value) != PT_OK
               ? pt_fail(e->err, pt_buf_status(&e->value), "no memory for the value of \"%s\"",
                         path)
               : st;
}

/* ---- Labels ---------------------------------------------------------------------------------- */

/* Whether two texts of JSON say the same; members in the same order. */
static bool same(PtStr a, PtStr b)
{
    PtJson x, y;
    PtBuf left, right;
    bool equal = true;
    pt_json_init(&x, a, JSON_DEPTH);
    pt_json_init(&y, b, JSON_DEPTH);
    pt_buf_init(&left, VALUE_BYTES);
    pt_buf_init(&right, VALUE_BYTES);
    for (PtJsonToken t = PT_JSON_NULL; equal && t != PT_JSON_END;) {
        t = pt_json_next(&x);
        equal = t != PT_JSON_ERROR && pt_json_next(&y) == t;
        if (equal && (t == PT_JSON_STRING || t == PT_JSON_KEY)) {
            pt_buf_clear(&left, KEEP);
            pt_buf_clear(&right, KEEP);
            pt_json_decode(x.raw, &left);
            pt_json_decode(y.raw, &right);
            equal = pt_buf_status(&left) == PT_OK && pt_buf_status(&right) == PT_OK &&
                    pt_str_eq(pt_buf_str(&left), pt_buf_str(&right));
        } else if (equal && t == PT_JSON_NUMBER) {
            equal = pt_json_to_double(x.raw) == pt_json_to_double(y.raw);
        }
    }
    pt_buf_done(&left);
    pt_buf_done(&right);
    return equal;
}

static void show(Eval *e, PtStr file, PtStr member, PtStr want, PtStr got)
{
    PtJsonOut *o = &e->mismatches;
    if (e->shown_count++ >= SHOWN) {
        return;
    }
    pt_json_out_object(o);
    pt_json_put_str(o, "file", file);
    pt_json_put_str(o, "member", member);
    pt_json_out_key(o, PT_STR("expected"));
    pt_json_out_raw(o, want);
    pt_json_out_key(o, PT_STR("got"));
    pt_json_out_raw(o, got.data != NULL ? got : PT_STR("null"));
    pt_json_out_object_end(o);
}

/* Each member that is expected. */
static PtStatus compare(Eval *e, const EvalLine *line, PtStr file, PtStr expect)
{
    PtJson j;
    bool all = true;
    pt_json_init(&j, expect, JSON_DEPTH);
    if (pt_json_next(&j) != PT_JSON_OBJECT) {
        return eval_wrong(line, e->err, "\"expect\" is not an object");
    }
    while (pt_json_next(&j) == PT_JSON_KEY) {
        char name[64];
        PtStr want;
        const PtStr key = j.raw;
        if (!pt_str_copy(name, sizeof name, key) || !pt_json_skip(&j, &want, NULL, NULL)) {
            return eval_wrong(line, e->err, "a member of \"expect\" is not a value's");
        }
        const PtStr got = cli_json(pt_buf_str(&e->value), name);
        const bool equal = got.data != NULL && same(want, got);
        e->members++;
        e->members_matched += equal;
        all = all && equal;
        if (!equal) {
            show(e, file, key, want, got);
        }
    }
    e->cases++;
    e->matched += all;
    return PT_OK;
}

static PtStatus eval_case(void *ctx, const EvalLine *line, PtError *err)
{
    Eval *e = ctx;
    PtError bad;
    char path[PATH_BYTES], name[PATH_BYTES];
    e->err = err;
    if (pt_json_check(line->raw, JSON_DEPTH, &bad) != PT_OK) {
        return eval_wrong(line, err, bad.message);
    }
    const PtStr raw = cli_json(line->raw, "file"), expect = cli_json(line->raw, "expect");
    PtBuf decoded;
    pt_buf_init(&decoded, PATH_BYTES);
    if (raw.len >= 2 && raw.data[0] == '"') {
        pt_json_decode((PtStr){raw.data + 1, raw.len - 2}, &decoded);
    }
    const bool named = decoded.len > 0 && pt_str_copy(name, sizeof name, pt_buf_str(&decoded));
    pt_buf_done(&decoded);
    if (!named || expect.data == NULL) {
        return eval_wrong(line, err, "the line is not an object with \"file\" and \"expect\"");
    }
    const PtStr folder = name[0] == '/' ? PT_STR("") : e->folder;
    const int len = snprintf(path, sizeof path, "%.*s%s", PT_STR_ARG(folder), name);
    if (len < 0 || (size_t)len >= sizeof path) {
        return eval_wrong(line, err, "\"file\" is too long");
    }
    PtStatus st = value_of(e, path, pt_str(name));
    if (st == PT_OK && e->values) {
        cli_print_json(pt_buf_str(&e->value));
    }
    return st == PT_OK && !e->values ? compare(e, line, pt_str(name), expect) : st;
}

/* ---- Folders --------------------------------------------------------------------------------- */

static void free_names(struct dirent **names, int count)
{
    for (int i = 0; i < count; i++) {
        free(names[i]);
    }
    free((void *)names);
}

static PtStatus eval_mail(Eval *e, const char *path)
{
    PtStatus st = value_of(e, path, pt_str(path));
    if (st == PT_OK && e->values) {
        cli_print_json(pt_buf_str(&e->value));
    }
    return st;
}

static PtStatus eval_folder(Eval *e, const char *folder, unsigned depth);

static PtStatus eval_entry(Eval *e, const char *folder, const char *name, unsigned depth)
{
    char path[PATH_BYTES];
    struct stat found;
    const int len = snprintf(path, sizeof path, "%s/%s", folder, name);
    if (len < 0 || (size_t)len >= sizeof path) {
        return pt_fail(e->err, PT_TOO_LARGE, "the path of \"%s\" is too long", name);
    }
    if (lstat(path, &found) != 0 || (!S_ISDIR(found.st_mode) && !S_ISREG(found.st_mode))) {
        return PT_OK;
    }
    if (S_ISDIR(found.st_mode)) {
        return eval_folder(e, path, depth + 1);
    }
    return is_mail(path) ? eval_mail(e, path) : PT_OK;
}

/* By name, folders too; of links none. */
static PtStatus eval_folder(Eval *e, const char *folder, unsigned depth)
{
    struct dirent **names = NULL;
    const int count = depth < FOLDERS_DEEP ? scandir(folder, &names, NULL, alphasort) : 0;
    if (count < 0) {
        const int why = errno;
        return pt_fail(e->err, pt_status_of_errno(why), "cannot read \"%s\": %s", folder,
                       strerror(why));
    }
    PtStatus st = PT_OK;
    for (int i = 0; st == PT_OK && i < count; i++) {
        if (names[i]->d_name[0] != '.') {
            st = eval_entry(e, folder, names[i]->d_name, depth);
        }
    }
    free_names(names, count);
    return st;
}

/* ---- All ------------------------------------------------------------------------------------- */

static PtStatus print_summary(Eval *e, PtError *err)
{
    pt_json_out_array_end(&e->mismatches);
    pt_buf_clear(&e->value, KEEP);
    PtJsonOut o = pt_json_out(&e->value);
    pt_json_out_object(&o);
    pt_json_put_str(&o, "eval", PT_STR("mail"));
    pt_json_put_u64(&o, "mails", e->mails);
    pt_json_put_u64(&o, "texts", e->texts);
    pt_json_put_u64(&o, "cut", e->cut);
    pt_json_put_u64(&o, "bounces", e->bounces);
    pt_json_out_key(&o, PT_STR("natures"));
    pt_json_out_object(&o);
    for (MailNature n = 0; n < MAIL_NATURES; n++) {
        pt_json_put_u64(&o, mail_nature_name(n), e->of_nature[n]);
    }
    pt_json_out_object_end(&o);
    pt_json_put_u64(&o, "cases", e->cases);
    pt_json_put_u64(&o, "matched", e->matched);
    pt_json_put_u64(&o, "mismatched", e->cases - e->matched);
    pt_json_out_key(&o, PT_STR("metrics"));
    pt_json_out_object(&o);
    pt_json_out_key(&o, PT_STR("exact"));
    pt_json_out_double(&o, e->cases > 0 ? (double)e->matched / (double)e->cases : 1);
    pt_json_out_key(&o, PT_STR("members"));
    pt_json_out_double(&o, e->members > 0 ? (double)e->members_matched / (double)e->members : 1);
    pt_json_out_object_end(&o);
    pt_json_out_key(&o, PT_STR("mismatches"));
    pt_json_out_raw(&o, pt_buf_str(&e->shown));
    pt_json_out_object_end(&o);
    if (pt_buf_status(&e->value) != PT_OK || pt_buf_status(&e->shown) != PT_OK) {
        return pt_fail(err, PT_NO_MEMORY, "no memory for the result");
    }
    cli_print_json(pt_buf_str(&e->value));
    return PT_OK;
}

static PtStr folder_of(const char *path)
{
    const char *slash = strrchr(path, '/');
    return slash != NULL ? (PtStr){path, (size_t)(slash - path) + 1} : PT_STR("");
}

PtStatus cmd_eval_mail(Cli *cli, const CliArgs *args, PtError *err)
{
    (void)cli; /* what is printed is JSON, with and without --json */
    const char *expect = cli_value(args, "expect");
    PT_CLEANUP(pt_arena_freep) PtArena *arena = pt_arena_new((size_t)8 * MAIL_BYTES);
    Eval e = {.values = cli_value(args, "values") != NULL, .arena = arena, .err = err};
    PtStatus st = arena != NULL ? PT_OK : pt_fail(err, PT_NO_MEMORY, "no memory to read mails");
    pt_buf_init(&e.bytes, MAIL_BYTES);
    pt_buf_init(&e.value, VALUE_BYTES);
    pt_buf_init(&e.shown, VALUE_BYTES);
    e.mismatches = pt_json_out(&e.shown);
    pt_json_out_array(&e.mismatches);
    if (st == PT_OK && expect == NULL && args->positional_count == 0) {
        st = pt_fail(err, PT_INVALID, "give a folder of mails, or --expect FILE");
    }
    for (size_t i = 0; st == PT_OK && i < args->positional_count; i++) {
        st = eval_folder(&e, args->positionals[i], 0);
    }
    if (st == PT_OK && expect != NULL) {
        e.folder = folder_of(expect);
        st = eval_file(expect, eval_case, &e, err);
    }
    if (st == PT_OK && !e.values) {
        st = print_summary(&e, err);
    }
    pt_buf_done(&e.bytes);
    pt_buf_done(&e.value);
    pt_buf_done(&e.shown);
    return st;
}
