// SPDX-License-Identifier: Apache-2.0
#include "platform/mail/mail_internal.h"

static const char *raw_of(const MailReader *r, const char *name)
{
    GMimeHeaderList *headers = g_mime_object_get_header_list(GMIME_OBJECT(r->message));
    GMimeHeader *header = g_mime_header_list_get_header(headers, name);
    return header != NULL ? g_mime_header_get_raw_value(header) : NULL;
}

PtStr mail_header(const MailReader *r, const char *name)
{
    GMimeHeaderList *headers = g_mime_object_get_header_list(GMIME_OBJECT(r->message));
    GMimeHeader *header = g_mime_header_list_get_header(headers, name);
    return mail_line(r->arena, header != NULL ? g_mime_header_get_value(header) : NULL);
}

/* ---- Addresses ------------------------------------------------------------------------------- */

typedef struct Room {
    MailAddress *list;
    size_t count;
} Room;

/* Of groups, which may hold groups, the members. */
static PtStatus add_addresses(MailReader *r, InternetAddressList *from, unsigned depth, Room *room,
                              PtError *err)
{
    const int count = from != NULL ? internet_address_list_length(from) : 0;
    for (int i = 0; i < count; i++) {
        InternetAddress *one = internet_address_list_get_address(from, i);
        if (room->count == MAIL_ADDRESSES || depth > MAIL_DEPTH) {
            r->out->cut = true;
            return PT_OK;
        }
        if (INTERNET_ADDRESS_IS_GROUP(one)) {
            PtStatus st =
                add_addresses(r, internet_address_group_get_members(INTERNET_ADDRESS_GROUP(one)),
                              depth + 1, room, err);
            if (st != PT_OK) {
                return st;
            }
            continue;
        }
        const char *address = internet_address_mailbox_get_addr(INTERNET_ADDRESS_MAILBOX(one));
        MailAddress got = {
            .name = mail_line(r->arena, internet_address_get_name(one)),
            .address = mail_line(r->arena, address),
        };
        if (got.address.len > 0 && got.name.len == 0 &&
            memchr(got.address.data, '@', got.address.len) == NULL) {
            got = (MailAddress){.name = got.address, .address = PT_STR("")}; // a name by itself
        }
        if (got.name.data == NULL || got.address.data == NULL) {
            return mail_no_memory(err);
        }
        room->list[room->count++] = got;
    }
    return PT_OK;
}

static PtStatus read_addresses(MailReader *r, const char *name, MailAddresses *ret, PtError *err)
{
    const char *raw = raw_of(r, name);
    if (raw == NULL) {
        return PT_OK;
    }
    InternetAddressList *parsed = internet_address_list_parse(r->options, raw);
    Room room = {.list = pt_arena_alloc(r->arena, MAIL_ADDRESSES, sizeof(MailAddress))};
    PtStatus st = room.list != NULL ? add_addresses(r, parsed, 0, &room, err) : mail_no_memory(err);
    if (parsed != NULL) {
        g_object_unref(parsed);
    }
    *ret = (MailAddresses){room.list, room.count};
    return st;
}

/* ---- Ids ------------------------------------------------------------------------------------- */

/* Between angle brackets, with or without a host; where there are none the words as they stand. */
static PtStatus read_ids(MailReader *r, const char *name, MailIds *ret, PtError *err)
{
    const char *raw = raw_of(r, name);
    PtStr rest = raw != NULL ? pt_str(raw) : PT_STR("");
    PtStr *list = rest.len > 0 ? pt_arena_alloc(r->arena, MAIL_IDS, sizeof *list) : NULL;
    const bool brackets = rest.len > 0 && memchr(rest.data, '<', rest.len) != NULL;
    size_t count = 0;
    if (rest.len > 0 && list == NULL) {
        return mail_no_memory(err);
    }
    while (rest.len > 0 && count < MAIL_IDS) {
        size_t begin = 0, end;
        while (begin < rest.len &&
               (brackets ? rest.data[begin] != '<' : (unsigned char)rest.data[begin] <= ' ')) {
            begin++;
        }
        begin += brackets && begin < rest.len;
        for (end = begin; end < rest.len && rest.data[end] != '>' &&
                          (brackets || (unsigned char)rest.data[end] > ' ');
             end++) {
        }
        const PtStr id = pt_str_trim_low((PtStr){rest.data + begin, end - begin});
        if (id.len > 0 && (list[count] = pt_arena_str(r->arena, id)).data == NULL) {
            return mail_no_memory(err);
        }
        count += id.len > 0;
        rest = pt_str_from(rest, end + (end < rest.len));
    }
    r->out->cut |= count == MAIL_IDS;
    *ret = (MailIds){list, count};
    return PT_OK;
}

/* ---- All ------------------------------------------------------------------------------------- */

static void read_date(MailReader *r)
{
    GDateTime *date = g_mime_message_get_date(r->message);
    r->out->date_ms = date != NULL ? g_date_time_to_unix(date) * 1000 : 0;
}

PtStatus mail_read_head(MailReader *r, PtError *err)
{
    MailMessage *m = r->out;
    const struct {
        const char *name;
        MailAddresses *to;
    } lists[] = {
        {"From", &m->from}, {"Sender", &m->sender}, {"Reply-To", &m->reply_to},
        {"To", &m->to},     {"Cc", &m->cc},         {"Bcc", &m->bcc},
    };
    PtStatus st = PT_OK;
    for (size_t i = 0; st == PT_OK && i < sizeof lists / sizeof *lists; i++) {
        st = read_addresses(r, lists[i].name, lists[i].to, err);
    }
    MailIds own = {0};
    st = st == PT_OK ? read_ids(r, "Message-ID", &own, err) : st;
    st = st == PT_OK ? read_ids(r, "In-Reply-To", &m->in_reply_to, err) : st;
    st = st == PT_OK ? read_ids(r, "References", &m->references, err) : st;
    if (st != PT_OK) {
        return st;
    }
    m->message_id = own.count > 0 ? own.list[0] : PT_STR("");
    m->subject = mail_header(r, "Subject");
    m->list_id = mail_header(r, "List-Id");
    read_date(r);
    return m->subject.data != NULL && m->list_id.data != NULL ? PT_OK : mail_no_memory(err);
}
