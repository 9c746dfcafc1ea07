// SPDX-License-Identifier: Apache-2.0
/* Which parts are bodies and which are files: RFC 8621, section 4.1.4, of which the text body is
 * what is plain and the HTML body what is HTML. */
#include "platform/mail/mail_internal.h"

typedef struct List {
    GMimeObject **parts;
    size_t count;
    bool closed; /* RFC 8621's null: another form of it has been taken */
} List;

typedef struct Sorter {
    MailReader *r;
    List text, html, files;
} Sorter;

static PtStr type_word(const char *text)
{
    return text != NULL ? pt_str(text) : PT_STR("");
}

PtStr mail_type_of(PtArena *arena, GMimeObject *part)
{
    GMimeContentType *content = g_mime_object_get_content_type(part);
    char *type = content != NULL ? g_mime_content_type_get_mime_type(content) : NULL;
    PtStr line = mail_line(arena, type);
    g_free(type);
    char *lower = (char *)(uintptr_t)line.data; // it was made here
    for (size_t i = 0; i < line.len; i++) {
        lower[i] = pt_ascii_lower(lower[i]);
    }
    return line;
}

static bool is_media(GMimeObject *part)
{
    return mail_is_type(part, "image", "*") || mail_is_type(part, "audio", "*") ||
           mail_is_type(part, "video", "*");
}

static const char *file_name_of(GMimeObject *part)
{
    const char *name = GMIME_IS_PART(part) ? g_mime_part_get_filename(GMIME_PART(part)) : NULL;
    return name != NULL ? name : g_mime_object_get_content_type_parameter(part, "name");
}

/* ---- Sorting --------------------------------------------------------------------------------- */

static void push(const Sorter *s, List *list, GMimeObject *part)
{
    if (!list->closed && list->count < MAIL_PARTS) {
        list->parts[list->count++] = part;
    }
    (void)s;
}

static bool is_shown(GMimeObject *part, int place, bool related)
{
    GMimeContentDisposition *disposition = g_mime_object_get_content_disposition(part);
    const bool attached =
        disposition != NULL && g_mime_content_disposition_is_attachment(disposition);
    const bool text = mail_is_type(part, "text", "plain") || mail_is_type(part, "text", "html");
    return GMIME_IS_PART(part) && !attached && (text || is_media(part)) &&
           (place == 0 || (!related && (is_media(part) || file_name_of(part) == NULL)));
}

static void sort_shown(Sorter *s, GMimeObject *part, bool alternative, bool in_alternative)
{
    const bool plain = mail_is_type(part, "text", "plain"),
               html = mail_is_type(part, "text", "html");
    if (alternative) {
        push(s, plain ? &s->text : html ? &s->html : &s->files, part);
        return;
    }
    if (in_alternative) {
        s->html.closed |= plain;
        s->text.closed |= html;
    }
    push(s, &s->text, part);
    push(s, &s->html, part);
    if ((s->text.closed || s->html.closed) && is_media(part)) {
        push(s, &s->files, part);
    }
}

static void copy_behind(const Sorter *s, List *to, const List *from, size_t first)
{
    for (size_t i = first; i < from->count; i++) {
        push(s, to, from->parts[i]);
    }
}

/* Each level closes lists for itself and what is below it only. */
static void sort_parts(Sorter *s, GMimeMultipart *parent, unsigned depth, bool in_alternative)
{
    const bool alternative = mail_is_type(GMIME_OBJECT(parent), "multipart", "alternative");
    const bool related = mail_is_type(GMIME_OBJECT(parent), "multipart", "related");
    const size_t texts = s->text.count, htmls = s->html.count;
    const bool text_closed = s->text.closed, html_closed = s->html.closed;
    const int count = g_mime_multipart_get_count(parent);
    if (depth > MAIL_DEPTH) {
        s->r->out->cut = true;
        return;
    }
    for (int i = 0; i < count; i++) {
        GMimeObject *part = g_mime_multipart_get_part(parent, i);
        if (s->r->parts++ >= MAIL_PARTS) {
            s->r->out->cut = true;
            break;
        }
        if (GMIME_IS_MULTIPART(part)) {
            sort_parts(s, GMIME_MULTIPART(part), depth + 1, in_alternative || alternative);
        } else if (is_shown(part, i, related)) {
            sort_shown(s, part, alternative, in_alternative);
        } else {
            push(s, &s->files, part);
        }
    }
    if (alternative && !s->text.closed && !s->html.closed) {
        const size_t more_texts = s->text.count - texts, more_htmls = s->html.count - htmls;
        if (more_texts == 0 && more_htmls > 0) {
            copy_behind(s, &s->text, &s->html, htmls);
        } else if (more_htmls == 0 && more_texts > 0) {
            copy_behind(s, &s->html, &s->text, texts);
        }
    }
    s->text.closed = text_closed;
    s->html.closed = html_closed;
}

/* ---- Contents -------------------------------------------------------------------------------- */

static PtStatus write_into(PtArena *arena, GMimeStream *stream, PtStr *ret_bytes, PtError *err)
{
    GByteArray *array = g_mime_stream_mem_get_byte_array(GMIME_STREAM_MEM(stream));
    *ret_bytes = pt_arena_str(arena, (PtStr){(const char *)array->data, array->len});
    return ret_bytes->data != NULL ? PT_OK : mail_no_memory(err);
}

PtStatus mail_content(PtArena *arena, GMimePart *part, PtStr *ret_bytes, PtError *err)
{
    GMimeDataWrapper *content = g_mime_part_get_content(part);
    *ret_bytes = PT_STR("");
    if (content == NULL) {
        return PT_OK;
    }
    GMimeStream *stream = g_mime_stream_mem_new();
    (void)g_mime_data_wrapper_write_to_stream(content, stream); // what can be decoded of it
    PtStatus st = write_into(arena, stream, ret_bytes, err);
    g_object_unref(stream);
    return st;
}

/* A message in the message, as it stands there. */
static PtStatus message_content(PtArena *arena, GMimeObject *part, PtStr *ret_bytes, PtError *err)
{
    GMimeStream *stream = g_mime_stream_mem_new();
    GMimeMessage *inner = g_mime_message_part_get_message(GMIME_MESSAGE_PART(part));
    if (inner != NULL) {
        (void)g_mime_object_write_to_stream(GMIME_OBJECT(inner), NULL, stream);
    }
    PtStatus st = write_into(arena, stream, ret_bytes, err);
    g_object_unref(stream);
    return st;
}

static PtStatus add_text(const MailReader *r, GMimeObject *part, PtBuf *body, PtError *err)
{
    PtStr bytes;
    PtStatus st = mail_content(r->arena, GMIME_PART(part), &bytes, err);
    const char *charset = g_mime_object_get_content_type_parameter(part, "charset");
    if (st != PT_OK) {
        return st;
    }
    PtStr text = mail_text(r->arena, bytes, type_word(charset), MAIL_TEXT_BYTES, &r->out->cut);
    if (text.data == NULL) {
        return mail_no_memory(err);
    }
    if (body->len > 0 && body->data[body->len - 1] != '\n') {
        pt_buf_add_char(body, '\n');
    }
    pt_buf_add_str(body, text);
    return PT_OK;
}

/* The list's parts of text/kind, one behind the other; "" where one is empty, none where none is.
 */
static PtStatus read_body(const Sorter *s, const List *list, const char *kind, PtStr *ret_body,
                          PtError *err)
{
    PtBuf body;
    PtStatus st = PT_OK;
    bool any = false;
    pt_buf_init(&body, MAIL_TEXT_BYTES);
    for (size_t i = 0; st == PT_OK && i < list->count; i++) {
        if (mail_is_type(list->parts[i], "text", kind)) {
            st = add_text(s->r, list->parts[i], &body, err);
            any = true;
        }
    }
    if (st == PT_OK && any && pt_buf_status(&body) != PT_NO_MEMORY) {
        s->r->out->cut |= pt_buf_status(&body) == PT_TOO_LARGE;
        *ret_body = pt_arena_str(s->r->arena, pt_buf_str(&body));
    }
    pt_buf_done(&body);
    return st == PT_OK && any && ret_body->data == NULL ? mail_no_memory(err) : st;
}

/* ---- Files ----------------------------------------------------------------------------------- */

/* Without folders, which some programs send along. */
static PtStr base_name(PtStr name)
{
    size_t from = 0;
    for (size_t i = 0; i < name.len; i++) {
        from = name.data[i] == '/' || name.data[i] == '\\' ? i + 1 : from;
    }
    return pt_str_from(name, from).data != NULL ? pt_str_from(name, from) : PT_STR("");
}

static PtStatus read_file(const MailReader *r, GMimeObject *part, bool is_inline,
                          MailFile *ret_file, PtError *err)
{
    const char *id = g_mime_object_get_content_id(part);
    PtStr bytes = PT_STR("");
    PtStatus st = PT_OK;
    if (GMIME_IS_PART(part)) {
        st = mail_content(r->arena, GMIME_PART(part), &bytes, err);
    } else if (GMIME_IS_MESSAGE_PART(part)) {
        st = message_content(r->arena, part, &bytes, err);
    }
    *ret_file = (MailFile){
        .name = base_name(mail_line(r->arena, file_name_of(part))),
        .type = mail_type_of(r->arena, part),
        .content_id = mail_line(r->arena, id),
        .bytes = bytes,
        .is_inline = is_inline,
    };
    return st;
}

static bool in_list(const List *list, const GMimeObject *part)
{
    for (size_t i = 0; i < list->count; i++) {
        if (list->parts[i] == part) {
            return true;
        }
    }
    return false;
}

/* What is in a body and no text, then the others. */
static PtStatus read_files(const Sorter *s, PtError *err)
{
    const size_t most = s->files.count + s->html.count + s->text.count;
    MailFile *files = pt_arena_alloc(s->r->arena, most + 1, sizeof *files);
    PtStatus st = files != NULL ? PT_OK : mail_no_memory(err);
    size_t count = 0;
    const List *bodies[] = {&s->html, &s->text};
    for (size_t b = 0; b < 2; b++) {
        for (size_t i = 0; st == PT_OK && i < bodies[b]->count; i++) {
            GMimeObject *part = bodies[b]->parts[i];
            const bool seen = in_list(&s->files, part) || (b == 1 && in_list(&s->html, part));
            if (!mail_is_type(part, "text", "*") && !seen) {
                st = read_file(s->r, part, true, &files[count++], err);
            }
        }
    }
    for (size_t i = 0; st == PT_OK && i < s->files.count; i++) {
        GMimeObject *part = s->files.parts[i];
        const bool is_inline = g_mime_object_get_content_id(part) != NULL && is_media(part);
        st = read_file(s->r, part, is_inline, &files[count++], err);
    }
    s->r->out->files = files;
    s->r->out->file_count = count;
    return st;
}

PtStatus mail_read_parts(MailReader *r, PtError *err)
{
    GMimeObject **room = pt_arena_alloc(r->arena, (size_t)MAIL_PARTS * 3, sizeof *room);
    GMimeObject *top = g_mime_message_get_mime_part(r->message);
    Sorter s = {.r = r,
                .text = {.parts = room},
                .html = {.parts = room + MAIL_PARTS},
                .files = {.parts = room + (size_t)MAIL_PARTS * 2}};
    if (room == NULL) {
        return mail_no_memory(err);
    }
    if (top != NULL && GMIME_IS_MULTIPART(top)) {
        sort_parts(&s, GMIME_MULTIPART(top), 0, false);
    } else if (top != NULL && is_shown(top, 0, false)) {
        sort_shown(&s, top, false, false);
    } else if (top != NULL) {
        push(&s, &s.files, top);
    }
    PtStatus st = read_body(&s, &s.text, "plain", &r->out->text, err);
    st = st == PT_OK ? read_body(&s, &s.html, "html", &r->out->html, err) : st;
    return st == PT_OK ? read_files(&s, err) : st;
}
