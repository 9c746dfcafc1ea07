// SPDX-License-Identifier: Apache-2.0
/* What a message says: its texts, its files, and what it is known by. */
#include "desk/mail_internal.h"
#include "platform/mail_write.h"

#include "base/hash.h"

#include <stdio.h>

enum {
    PRINT = 2 * PT_SHA256 + 1,
    PRINT_BYTES = MAIL_BYTES + 5 * MAIL_TEXT_BYTES, /* an id has no bound of its own */
    REASON = 200,
};

static PtStatus no_memory(PtError *err)
{
    return pt_fail(err, PT_NO_MEMORY, "no memory for a message");
}

/* ---- What it says -----------------------------------------------------------------------------
 */

/* What does not change on the way of one message: servers add headers, programs give it again. */
PtStatus desk_mail_print(DeskMailTaking *t, PtStr bytes, bool parsed)
{
    uint8_t digest[PT_SHA256];
    char hex[PRINT];
    PT_CLEANUP(pt_buf_done) PtBuf buf = {0};
    pt_buf_init(&buf, PRINT_BYTES);
    if (parsed) {
        const PtStr parts[] = {t->m.message_id, t->sender, t->m.subject, t->m.text, t->m.html};
        pt_buf_printf(&buf, "%lld\n", (long long)t->m.date_ms);
        for (size_t i = 0; i < sizeof parts / sizeof *parts; i++) {
            pt_buf_add_str(&buf, parts[i]);
            pt_buf_add_char(&buf, '\0');
        }
        for (size_t i = 0; t->m.message_id.len == 0 && i < t->m.file_count; i++) {
            pt_sha256(t->m.files[i].bytes, digest);
            pt_buf_add(&buf, (const char *)digest, sizeof digest);
        }
        if (pt_buf_status(&buf) != PT_OK) {
            return no_memory(t->err);
        }
    }
    pt_sha256(parsed ? pt_buf_str(&buf) : bytes, digest);
    pt_hex(digest, sizeof digest, hex);
    t->print = pt_arena_str(t->arena, pt_str(hex));
    return t->print.data != NULL ? PT_OK : no_memory(t->err);
}

/* Addresses that were written to or copied, but those of the desk. */
static PtStr copied(DeskMailTaking *t)
{
    PT_CLEANUP(pt_buf_done) PtBuf buf = {0};
    const MailAddresses lists[] = {t->m.to, t->m.cc};
    size_t count = 0;
    pt_buf_init(&buf, DESK_MAIL_CC_MAX * (DESK_MAIL_ADDRESS + 2));
    for (size_t l = 0; l < 2; l++) {
        for (size_t i = 0; i < lists[l].count && count < DESK_MAIL_CC_MAX; i++) {
            const PtStr lower = desk_mail_lower(t->arena, lists[l].list[i].address);
            const bool desk = pt_str_eq_nocase(lower, t->box->s.address) ||
                              desk_mail_of_address(t->d, t->box->s.address, lower) != 0;
            if (lower.data != NULL && !desk && mail_address_is_valid(lower) &&
                !pt_str_eq(lower, t->sender)) {
                pt_buf_add_str(&buf, lower);
                pt_buf_add_char(&buf, '\n');
                count++;
            }
        }
    }
    return pt_buf_status(&buf) != PT_OK ? (PtStr){NULL, 0}
           : buf.len > 0                ? pt_arena_str(t->arena, pt_buf_str(&buf))
                                        : PT_STR("");
}

PtStatus desk_mail_people(DeskMailTaking *t)
{
    const MailAddress *from = t->m.from.count > 0 ? t->m.from.list : NULL;
    bool cut = false;
    if (from != NULL && from->address.len <= DESK_MAIL_ADDRESS) {
        t->sender = desk_mail_lower(t->arena, from->address);
        t->sender_name = desk_mail_plain(t->arena, from->name, DESK_MAIL_NAME, false, &cut);
    }
    t->shown_subject = desk_mail_plain(t->arena, t->m.subject, DESK_TITLE_MAX, false, &cut);
    t->cc = copied(t);
    return t->sender.data != NULL && t->sender_name.data != NULL && t->shown_subject.data != NULL &&
                   t->cc.data != NULL
               ? PT_OK
               : no_memory(t->err);
}

static PtStatus find_html(DeskMailTaking *t)
{
    PT_CLEANUP(pt_buf_done) PtBuf buf = {0};
    MailHtmlSeen seen;
    t->html = PT_STR("");
    if (t->m.html.data == NULL || t->m.html.len == 0) {
        return PT_OK;
    }
    pt_buf_init(&buf, DESK_MAIL_HTML);
    PtStatus st = mail_html_clean(t->m.html, &buf, &seen, t->err);
    if (st == PT_OK && buf.len > 0) {
        t->html = pt_arena_str(t->arena, pt_buf_str(&buf));
        t->html_left_out = seen.remote;
        st = t->html.data != NULL ? PT_OK : no_memory(t->err);
    }
    return st == PT_INVALID ? PT_OK : st; // the text is there
}

PtStatus desk_mail_texts(DeskMailTaking *t)
{
    MailReply reply = {.kept = PT_STR("")};
    bool cut = false;
    PtStr body = t->m.text;
    if (body.data == NULL || pt_str_trim_low(body).len == 0) {
        body = t->m.html.data != NULL ? desk_mail_text_of_html(t->arena, t->m.html) : PT_STR("");
    }
    PtStatus st =
        body.data != NULL ? mail_reply(body, t->arena, &reply, t->err) : no_memory(t->err);
    if (st != PT_OK) {
        return st;
    }
    const PtStr said = pt_str_trim_low(reply.kept).len > 0 ? reply.kept : body;
    t->text = desk_mail_plain(t->arena, said.data != NULL ? said : PT_STR(""), DESK_NOTE_MAX - 300,
                              true, &cut);
    t->subject = desk_mail_title(t->arena, t->m.subject);
    t->quoted = said.data == body.data
                    ? PT_STR("")
                    : desk_mail_plain(t->arena, reply.cut, DESK_MAIL_QUOTED, true, &cut);
    return t->text.data != NULL && t->subject.data != NULL && t->quoted.data != NULL
               ? find_html(t)
               : no_memory(t->err);
}

/* ---- Files ------------------------------------------------------------------------------------
 */

static PtStr file_name(DeskMailTaking *t, const MailFile *f, size_t index)
{
    char name[40];
    bool cut = false;
    (void)snprintf(name, sizeof name, "file-%zu", index + 1);
    const PtStr plain = desk_mail_plain(t->arena, f->name, 200, false, &cut);
    if (plain.data == NULL || plain.len == 0) {
        return pt_arena_str(t->arena, pt_str(name));
    }
    char *out = pt_arena_alloc(t->arena, plain.len + 1, 1);
    for (size_t i = 0; out != NULL && i < plain.len; i++) {
        out[i] = plain.data[i] == '/' || plain.data[i] == '\\' ? '_' : plain.data[i];
    }
    return (PtStr){out, out != NULL ? plain.len : 0};
}

/* "" where nobody could name the file by it. */
static PtStr content_id(DeskMailTaking *t, const MailFile *f)
{
    bool cut = false;
    const PtStr plain = desk_mail_plain(t->arena, f->content_id, DESK_MAIL_CID / 4, false, &cut);
    return plain.data == NULL || cut ? PT_STR("") : plain;
}

static PtStatus look_into(DeskMailTaking *t, const MailFile *f, PtError *why)
{
    PtStr found = PT_STR("");
    const char *where = t->d->c.mail.clamav;
    if (where == NULL || where[0] == '\0') {
        return PT_OK;
    }
    PtStatus st = desk_mail_scan(where, f->bytes, t->arena, &found, t->err);
    return st == PT_OK && found.len > 0
               ? pt_fail(why, PT_INVALID, "infected by %.*s",
                         (int)(found.len < 80 ? found.len : 80), found.data)
               : st;
}

/* What a ticket takes of its files; what it does not take is said. */
PtStatus desk_mail_files(DeskMailTaking *t)
{
    PT_CLEANUP(pt_buf_done) PtBuf left = {0};
    size_t rest = 0;
    t->files = pt_arena_alloc(t->arena, DESK_FILES_MAX, sizeof *t->files);
    t->content_ids = pt_arena_alloc(t->arena, DESK_FILES_MAX, sizeof *t->content_ids);
    t->left_out = PT_STR("");
    if (t->files == NULL || t->content_ids == NULL) {
        return no_memory(t->err);
    }
    pt_buf_init(&left, DESK_MAIL_LEFT_OUT);
    for (size_t i = 0; i < t->m.file_count; i++) {
        const MailFile *f = &t->m.files[i];
        PtError why = {0};
        DeskFile file = {
            .name = file_name(t, f, i), .type = f->type, .is_public = true, .content = f->bytes};
        if (file.name.data == NULL) {
            return no_memory(t->err);
        }
        PtStatus st = t->file_count < DESK_FILES_MAX
                          ? desk_file_check(&file, &why)
                          : pt_fail(&why, PT_CONFLICT, "over %d files", (int)DESK_FILES_MAX);
        const bool infected = st == PT_OK && (st = look_into(t, f, &why)) == PT_INVALID;
        if (st == PT_OK) {
            t->content_ids[t->file_count] = content_id(t, f);
            t->files[t->file_count++] = file;
        } else if (!infected && st != PT_INVALID && st != PT_UNSUPPORTED_MEDIA &&
                   st != PT_TOO_LARGE && st != PT_CONFLICT) {
            return st;
        } else if (left.len + file.name.len + REASON < DESK_MAIL_LEFT_OUT) {
            pt_buf_printf(&left, "%.*s: %s\n", PT_STR_ARG(file.name), why.message);
        } else {
            rest++;
        }
    }
    if (rest > 0) {
        pt_buf_printf(&left, "and %zu others\n", rest);
    }
    bool cut = false;
    if (left.len > 0) {
        t->left_out = desk_mail_plain(t->arena, pt_buf_str(&left), DESK_MAIL_LEFT_OUT, true, &cut);
    }
    return t->left_out.data != NULL ? PT_OK : no_memory(t->err);
}
