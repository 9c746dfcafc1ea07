// SPDX-License-Identifier: Apache-2.0
/* The input-and-answer table of docs/decisions.md, row by row: a call, its answer, and what then
 * stands in the log.
 */
#include "events/intake_rig.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

static RigBase base;

/* One record as a line: "track m1 name=A user=u anon=- t=+0 no_sent_at". Ids that Patron made read
 * derived* and uuid*; t is timestamp - received.
 */
static void add_text(PtBuf *out, const char *label, PtStr text)
{
    pt_buf_printf(out, " %s=%.*s", label, text.len > 0 ? (int)text.len : 1,
                  text.len > 0 ? text.data : "-");
}

static void describe(PtBuf *out, const PtRecord *r)
{
    EventView v;
    assert_int_equal(event_payload_read(r, &v, NULL), PT_OK);
    pt_buf_printf(out, "\n%.*s", PT_STR_ARG(event_type_name(v.type)));
    bool derived = pt_str_starts(v.message_id, PT_STR("derived-")) && v.message_id.len == 40;
    bool made = (r->flags & EVENT_DERIVED_ID) != 0;
    PtStr id = !made ? v.message_id : derived ? PT_STR("derived*") : PT_STR("uuid*");
    add_text(out, "id", id);
    add_text(out, "name", v.name);
    add_text(out, "user", v.user_id);
    add_text(out, "anon", v.anonymous_id);
    if (v.ip.len > 0) {
        add_text(out, "ip", v.ip);
    }
    pt_buf_printf(out, " t=%+lld", (long long)(v.timestamp_ms - v.received_ms));
    for (unsigned bit = 0; event_flag_name(bit).data != NULL; bit++) {
        if ((r->flags >> bit & 1) != 0 && bit != 0) {
            pt_buf_printf(out, " %.*s", PT_STR_ARG(event_flag_name(bit)));
        }
    }
    if (v.reason != EVENT_REASON_NONE) {
        pt_buf_printf(out, " REFUSED %.*s: %.*s", PT_STR_ARG(event_reason_name(v.reason)),
                      PT_STR_ARG(v.reason_detail));
    }
}

static void describe_log(PtBuf *out, PtLog *log, uint64_t from)
{
    PtLogReader *reader = NULL;
    assert_int_equal(pt_log_reader_open(log, NULL, 0, from, &reader, NULL), PT_OK);
    const PtRecord *records = NULL;
    size_t count = 0;
    do {
        assert_int_equal(pt_log_fetch(reader, 64, true, &records, &count, NULL), PT_OK);
        for (size_t i = 0; i < count; i++) {
            describe(out, &records[i]);
        }
    } while (count > 0);
    pt_log_reader_close(reader);
}

static void answer(PtBuf *out, PtStatus st, const EventOutcome *o, const PtError *err)
{
    if (st != PT_OK) {
        pt_buf_printf(out, "%d %s", pt_status_http(st), err->message);
        return;
    }
    pt_buf_printf(out, "200 landed %u", o->accepted);
    const struct {
        const char *name;
        uint32_t count;
    } rest[] = {{"known", o->duplicates}, {"refused", o->quarantined}, {"discarded", o->discarded}};
    for (size_t i = 0; i < sizeof rest / sizeof *rest; i++) {
        if (rest[i].count > 0) {
            pt_buf_printf(out, " %s %u", rest[i].name, rest[i].count);
        }
    }
}

#define BATCH       EVENT_CALL_BATCH, EVENT_UNKNOWN
#define TYPED(type) EVENT_CALL_TYPED, EVENT_##type

static struct CallCase {
    const char *name;
    EventCallKind kind;
    EventType type;
    RigSource source;
    const char *body, *want;
} call_cases[] = {
    // framing
    {"an empty body", BATCH, RIG_PLAIN, "", "400 expected a value at byte 0"},
    {"no JSON", BATCH, RIG_PLAIN, "{\"batch\":[}", "400 expected a value at byte 10"},
    {"text behind the object", BATCH, RIG_PLAIN, "{\"batch\":[]} x",
     "400 text behind the value at byte 13"},
    {"an array", BATCH, RIG_PLAIN, "[]", "400 the body is not a JSON object"},
    {"a string", TYPED(TRACK), RIG_PLAIN, "\"x\"", "400 the body is not a JSON object"},
    {"bad UTF-8", TYPED(TRACK), RIG_PLAIN, "{\"event\":\"\xFF\"}", "400 not UTF-8 at byte 10"},
    {"neither batch nor type", BATCH, RIG_PLAIN, "{}",
     "400 the body has neither a batch nor a type"},
    {"a batch that is an object", BATCH, RIG_PLAIN, "{\"batch\":{}}", "400 batch is not an array"},
    {"an empty batch", BATCH, RIG_PLAIN, "{\"batch\":[]}", "200 landed 0"},
    {"JSON that breaks behind good events stores nothing", BATCH, RIG_PLAIN,
     "{\"batch\":[{\"type\":\"track\",\"event\":\"A\",\"userId\":\"u\"}],}",
     "400 expected a key at byte 53"},
    {"a disabled source", BATCH, RIG_DISABLED,
     "{\"batch\":[{\"type\":\"track\",\"event\":\"A\",\"userId\":\"u\"},1]}",
     "200 landed 0 discarded 2"},
    {"a single event with a type is a batch of one", BATCH, RIG_PLAIN,
     "{\"type\":\"page\",\"userId\":\"u\",\"messageId\":\"m\",\"sentAt\":\"2025-11-22T02:00:00Z\"}",
     "200 landed 1\npage id=m name=- user=u anon=- t=+0"},
    {"of two batches the last counts", BATCH, RIG_PLAIN,
     "{\"batch\":[{\"type\":\"page\",\"userId\":\"u\",\"messageId\":\"1\"}],"
     "\"batch\":[{\"type\":\"page\",\"userId\":\"v\",\"messageId\":\"2\"}]}",
     "200 landed 1\npage id=2 name=- user=v anon=- t=+0 duplicate_key no_sent_at"},

    // the six types
    {"track", TYPED(TRACK), RIG_PLAIN,
     "{\"event\":\"A\",\"userId\":\"u\",\"anonymousId\":\"a\",\"messageId\":\"m\"}",
     "200 landed 1\ntrack id=m name=A user=u anon=a t=+0 no_sent_at"},
    {"a type in the body of a typed call is ignored", TYPED(TRACK), RIG_PLAIN,
     "{\"type\":7,\"event\":\"A\",\"userId\":\"u\",\"messageId\":\"m\"}",
     "200 landed 1\ntrack id=m name=A user=u anon=- t=+0 no_sent_at"},
    {"identify with an anonymous id", TYPED(IDENTIFY), RIG_PLAIN,
     "{\"anonymousId\":\"a\",\"traits\":{},\"messageId\":\"m\"}",
     "200 landed 1\nidentify id=m name=- user=- anon=a t=+0 no_sent_at"},
    {"page with a name", TYPED(PAGE), RIG_PLAIN,
     "{\"name\":\"Home\",\"category\":null,\"userId\":\"u\",\"messageId\":\"m\"}",
     "200 landed 1\npage id=m name=Home user=u anon=- t=+0 no_sent_at"},
    {"screen without a name", TYPED(SCREEN), RIG_PLAIN, "{\"userId\":\"u\",\"messageId\":\"m\"}",
     "200 landed 1\nscreen id=m name=- user=u anon=- t=+0 no_sent_at"},
    {"group", TYPED(GROUP), RIG_PLAIN, "{\"groupId\":5,\"userId\":\"u\",\"messageId\":\"m\"}",
     "200 landed 1\ngroup id=m name=- user=u anon=- t=+0 no_sent_at"},
    {"alias", TYPED(ALIAS), RIG_PLAIN,
     "{\"previousId\":\"p\",\"userId\":\"u\",\"messageId\":\"m\"}",
     "200 landed 1\nalias id=m name=- user=u anon=- t=+0 no_sent_at"},

    // ids
    {"numbers are ids", TYPED(TRACK), RIG_PLAIN,
     "{\"event\":\"A\",\"userId\":42,\"anonymousId\":-1.5e3,\"messageId\":7}",
     "200 landed 1\ntrack id=7 name=A user=42 anon=-1.5e3 t=+0 no_sent_at"},
    {"escapes are decoded", TYPED(TRACK), RIG_PLAIN,
     "{\"event\":\"\\u0041\\n\",\"us\\u0065rId\":\"\\u00e4\",\"messageId\":\"\\\"\"}",
     "200 landed 1\ntrack id=\" name=A\n user=\xC3\xA4 anon=- t=+0 no_sent_at"},
    {"null is absent", TYPED(TRACK), RIG_PLAIN,
     "{\"event\":\"A\",\"userId\":null,\"anonymousId\":\"a\",\"messageId\":null,\"context\":null,"
     "\"properties\":null,\"timestamp\":null,\"integrations\":null}",
     "200 landed 1\ntrack id=uuid* name=A user=- anon=a t=+0 no_sent_at"},
    {"no user at all", TYPED(TRACK), RIG_PLAIN,
     "{\"event\":\"A\",\"userId\":null,\"anonymousId\":\"\",\"messageId\":\"m\"}",
     "200 landed 0 refused 1\ntrack id=m name=A user=- anon=- t=+0 no_sent_at "
     "REFUSED no_id: neither userId nor anonymousId"},
    {"group without groupId", TYPED(GROUP), RIG_PLAIN, "{\"userId\":\"u\",\"messageId\":\"m\"}",
     "200 landed 0 refused 1\ngroup id=m name=- user=u anon=- t=+0 no_sent_at "
     "REFUSED no_id: group without groupId"},
    {"alias without previousId", TYPED(ALIAS), RIG_PLAIN, "{\"userId\":\"u\",\"messageId\":\"m\"}",
     "200 landed 0 refused 1\nalias id=m name=- user=u anon=- t=+0 no_sent_at "
     "REFUSED no_id: alias without previousId"},
    {"alias without userId", TYPED(ALIAS), RIG_PLAIN,
     "{\"anonymousId\":\"u\",\"previousId\":\"p\",\"messageId\":\"m\"}",
     "200 landed 0 refused 1\nalias id=m name=- user=- anon=u t=+0 no_sent_at "
     "REFUSED no_id: alias without userId"},
    {"no id and no time: a new id for each", BATCH, RIG_PLAIN,
     "{\"batch\":[{\"type\":\"track\",\"event\":\"A\",\"userId\":\"u\"},"
     "{\"type\":\"track\",\"event\":\"A\",\"userId\":\"u\"}]}",
     "200 landed 2\ntrack id=uuid* name=A user=u anon=- t=+0 no_sent_at"
     "\ntrack id=uuid* name=A user=u anon=- t=+0 no_sent_at"},
    {"no id but a time: derived, whatever sentAt says", BATCH, RIG_PLAIN,
     "{\"batch\":[{\"type\":\"track\",\"event\":\"A\",\"userId\":\"u\","
     "\"timestamp\":\"2025-11-22T02:00:00Z\",\"sentAt\":\"2025-11-22T02:00:00Z\"},"
     "{\"type\":\"track\",\"event\":\"A\",\"userId\":\"u\",\"timestamp\":\"2025-11-22T02:00:00Z\","
     "\"sentAt\":\"2025-11-22T02:00:01Z\"},"
     "{\"type\":\"track\",\"event\":\"B\",\"userId\":\"u\","
     "\"timestamp\":\"2025-11-22T02:00:00Z\"}]}",
     "200 landed 2 known 1\ntrack id=derived* name=A user=u anon=- t=+0"
     "\ntrack id=derived* name=B user=u anon=- t=+0 no_sent_at"},
    {"no id and a time that is none", TYPED(TRACK), RIG_PLAIN,
     "{\"event\":\"A\",\"userId\":\"u\",\"timestamp\":\"yesterday\"}",
     "200 landed 1\ntrack id=uuid* name=A user=u anon=- t=+0 no_sent_at unreadable_timestamp"},
    {"one id twice in a call", BATCH, RIG_PLAIN,
     "{\"batch\":[{\"type\":\"page\",\"userId\":\"1\",\"messageId\":\"m\"},"
     "{\"type\":\"page\",\"userId\":\"2\",\"messageId\":\"m\"}]}",
     "200 landed 1 known 1\npage id=m name=- user=1 anon=- t=+0 no_sent_at"},
    {"a refused event's id is remembered", BATCH, RIG_PLAIN,
     "{\"batch\":[{\"type\":\"page\",\"messageId\":\"m\"},"
     "{\"type\":\"page\",\"userId\":\"2\",\"messageId\":\"m\"}]}",
     "200 landed 0 known 1 refused 1\npage id=m name=- user=- anon=- t=+0 no_sent_at "
     "REFUSED no_id: neither userId nor anonymousId"},
    {"a refused event without id but with a time is known again", BATCH, RIG_PLAIN,
     "{\"batch\":[{\"type\":\"page\",\"timestamp\":\"2025-11-22T02:00:00Z\"},"
     "{\"type\":\"page\",\"timestamp\":\"2025-11-22T02:00:00Z\",\"sentAt\":\"x\"}]}",
     "200 landed 0 known 1 refused 1\npage id=derived* name=- user=- anon=- t=+0 no_sent_at "
     "REFUSED no_id: neither userId nor anonymousId"},

    // what is refused
    {"items that are no objects", BATCH, RIG_PLAIN, "{\"batch\":[1,\"x\",[{}],null,true]}",
     "200 landed 0 refused 5"
     "\nunknown id=uuid* name=- user=- anon=- t=+0 no_sent_at REFUSED not_an_object: the event is "
     "a number"
     "\nunknown id=uuid* name=- user=- anon=- t=+0 no_sent_at REFUSED not_an_object: the event is "
     "a string"
     "\nunknown id=uuid* name=- user=- anon=- t=+0 no_sent_at REFUSED not_an_object: the event is "
     "an array"
     "\nunknown id=uuid* name=- user=- anon=- t=+0 no_sent_at REFUSED not_an_object: the event is "
     "null"
     "\nunknown id=uuid* name=- user=- anon=- t=+0 no_sent_at REFUSED not_an_object: the event is "
     "a boolean"},
    {"no type", BATCH, RIG_PLAIN, "{\"batch\":[{\"userId\":\"u\",\"messageId\":\"m\"}]}",
     "200 landed 0 refused 1\nunknown id=m name=- user=u anon=- t=+0 no_sent_at REFUSED no_type: "
     "type is missing"},
    {"an unknown type", BATCH, RIG_PLAIN,
     "{\"batch\":[{\"type\":\"Track\",\"userId\":\"u\",\"messageId\":\"m\"}]}",
     "200 landed 0 refused 1\nunknown id=m name=- user=u anon=- t=+0 no_sent_at REFUSED no_type: "
     "type is \"Track\""},
    {"a type that is a number", BATCH, RIG_PLAIN,
     "{\"batch\":[{\"type\":1,\"userId\":\"u\",\"messageId\":\"m\"}]}",
     "200 landed 0 refused 1\nunknown id=m name=- user=u anon=- t=+0 no_sent_at REFUSED "
     "wrong_type: type is a number"},
    {"track without a name", TYPED(TRACK), RIG_PLAIN,
     "{\"event\":null,\"userId\":\"u\",\"messageId\":\"m\"}",
     "200 landed 0 refused 1\ntrack id=m name=- user=u anon=- t=+0 no_sent_at REFUSED "
     "no_event_name: event is missing"},
    {"track with an empty name", TYPED(TRACK), RIG_PLAIN,
     "{\"event\":\"\",\"userId\":\"u\",\"messageId\":\"m\"}",
     "200 landed 0 refused 1\ntrack id=m name=- user=u anon=- t=+0 no_sent_at REFUSED "
     "no_event_name: event is empty"},
    {"a name that is a number", TYPED(TRACK), RIG_PLAIN,
     "{\"event\":5,\"userId\":\"u\",\"messageId\":\"m\"}",
     "200 landed 0 refused 1\ntrack id=m name=5 user=u anon=- t=+0 no_sent_at REFUSED "
     "wrong_type: event is a number"},
    {"an event name of another type than track is a member like any", TYPED(IDENTIFY), RIG_PLAIN,
     "{\"event\":5,\"name\":[],\"userId\":\"u\",\"messageId\":\"m\"}",
     "200 landed 1\nidentify id=m name=- user=u anon=- t=+0 no_sent_at"},
    {"a page name that is an object", TYPED(PAGE), RIG_PLAIN,
     "{\"name\":{},\"userId\":\"u\",\"messageId\":\"m\"}",
     "200 landed 0 refused 1\npage id=m name=- user=u anon=- t=+0 no_sent_at REFUSED "
     "wrong_type: name is an object"},
    {"userId is an object", TYPED(PAGE), RIG_PLAIN, "{\"userId\":{},\"messageId\":\"m\"}",
     "200 landed 0 refused 1\npage id=m name=- user=- anon=- t=+0 no_sent_at REFUSED "
     "wrong_type: userId is an object"},
    {"userId is a boolean", TYPED(PAGE), RIG_PLAIN, "{\"userId\":true,\"messageId\":\"m\"}",
     "200 landed 0 refused 1\npage id=m name=- user=- anon=- t=+0 no_sent_at REFUSED "
     "wrong_type: userId is a boolean"},
    {"messageId is an array", TYPED(PAGE), RIG_PLAIN, "{\"userId\":\"u\",\"messageId\":[]}",
     "200 landed 0 refused 1\npage id=uuid* name=- user=u anon=- t=+0 no_sent_at REFUSED "
     "wrong_type: messageId is an array"},
    {"properties is a string", TYPED(PAGE), RIG_PLAIN,
     "{\"userId\":\"u\",\"messageId\":\"m\",\"properties\":\"{}\"}",
     "200 landed 0 refused 1\npage id=m name=- user=u anon=- t=+0 no_sent_at REFUSED "
     "wrong_type: properties is a string"},
    {"context is an array", TYPED(PAGE), RIG_PLAIN,
     "{\"userId\":\"u\",\"messageId\":\"m\",\"context\":[]}",
     "200 landed 0 refused 1\npage id=m name=- user=u anon=- t=+0 no_sent_at REFUSED "
     "wrong_type: context is an array"},
    {"traits is a number", TYPED(IDENTIFY), RIG_PLAIN,
     "{\"userId\":\"u\",\"messageId\":\"m\",\"traits\":0}",
     "200 landed 0 refused 1\nidentify id=m name=- user=u anon=- t=+0 no_sent_at REFUSED "
     "wrong_type: traits is a number"},
    {"timestamp is a number", TYPED(PAGE), RIG_PLAIN,
     "{\"userId\":\"u\",\"messageId\":\"m\",\"timestamp\":1763776800000}",
     "200 landed 0 refused 1\npage id=m name=- user=u anon=- t=+0 no_sent_at unreadable_timestamp "
     "REFUSED wrong_type: timestamp is a number"},
    {"sentAt of any kind is only unreadable", TYPED(PAGE), RIG_PLAIN,
     "{\"userId\":\"u\",\"messageId\":\"m\",\"sentAt\":5}",
     "200 landed 1\npage id=m name=- user=u anon=- t=+0 no_sent_at"},
    {"one bad event among good ones", BATCH, RIG_PLAIN,
     "{\"batch\":[{\"type\":\"page\",\"userId\":\"u\",\"messageId\":\"1\"},"
     "{\"type\":\"page\",\"messageId\":\"2\"},"
     "{\"type\":\"page\",\"userId\":\"u\",\"messageId\":\"3\"}]}",
     "200 landed 2 refused 1\npage id=1 name=- user=u anon=- t=+0 no_sent_at"
     "\npage id=2 name=- user=- anon=- t=+0 no_sent_at REFUSED no_id: neither userId nor "
     "anonymousId"
     "\npage id=3 name=- user=u anon=- t=+0 no_sent_at"},

    // text and keys
    {"a lone surrogate", TYPED(TRACK), RIG_PLAIN,
     "{\"event\":\"A\\ud800\",\"userId\":\"u\",\"messageId\":\"m\"}",
     "200 landed 1\ntrack id=m name=A\xEF\xBF\xBD user=u anon=- t=+0 replaced_text no_sent_at"},
    {"NUL deep inside", TYPED(PAGE), RIG_PLAIN,
     "{\"userId\":\"u\",\"messageId\":\"m\",\"properties\":{\"a\":[\"\\u0000\"]}}",
     "200 landed 1\npage id=m name=- user=u anon=- t=+0 replaced_text no_sent_at"},
    {"NUL in a key", TYPED(PAGE), RIG_PLAIN,
     "{\"userId\":\"u\",\"messageId\":\"m\",\"properties\":{\"\\u0000\":1}}",
     "200 landed 1\npage id=m name=- user=u anon=- t=+0 replaced_text no_sent_at"},
    {"of equal keys the last wins", TYPED(PAGE), RIG_PLAIN,
     "{\"userId\":\"u\",\"messageId\":\"m\",\"user\\u0049d\":\"v\"}",
     "200 landed 1\npage id=m name=- user=v anon=- t=+0 duplicate_key no_sent_at"},
    {"a last key of null is absent", TYPED(PAGE), RIG_PLAIN,
     "{\"userId\":\"u\",\"messageId\":\"m\",\"userId\":null}",
     "200 landed 0 refused 1\npage id=m name=- user=- anon=- t=+0 duplicate_key no_sent_at "
     "REFUSED no_id: neither userId nor anonymousId"},
    {"equal keys deep inside", TYPED(PAGE), RIG_PLAIN,
     "{\"userId\":\"u\",\"messageId\":\"m\",\"properties\":{\"a\":[{\"b\":1,\"c\":{},\"b\":2}]}}",
     "200 landed 1\npage id=m name=- user=u anon=- t=+0 duplicate_key no_sent_at"},
    {"one key in several objects", TYPED(PAGE), RIG_PLAIN,
     "{\"userId\":\"u\",\"messageId\":\"m\",\"a\":{\"a\":{\"a\":[{\"a\":1},{\"a\":2}]}}}",
     "200 landed 1\npage id=m name=- user=u anon=- t=+0 no_sent_at"},
    {"a v1 name", TYPED(TRACK), RIG_PLAIN,
     "{\"event\":\"Completed Order\",\"userId\":\"u\",\"messageId\":\"m\"}",
     "200 landed 1\ntrack id=m name=Order Completed user=u anon=- t=+0 no_sent_at aliased_name"},
    {"a page may be called like a v1 event", TYPED(PAGE), RIG_PLAIN,
     "{\"name\":\"Completed Order\",\"userId\":\"u\",\"messageId\":\"m\"}",
     "200 landed 1\npage id=m name=Completed Order user=u anon=- t=+0 no_sent_at"},

    // what a batch says for its events
    {"the batch's sentAt beats the item's, wherever it stands", BATCH, RIG_PLAIN,
     "{\"batch\":[{\"type\":\"page\",\"userId\":\"u\",\"messageId\":\"m\","
     "\"timestamp\":\"2025-11-22T01:00:00Z\",\"sentAt\":\"2025-11-22T01:59:00Z\"}],"
     "\"sentAt\":\"2025-11-22T01:00:10Z\"}",
     "200 landed 1\npage id=m name=- user=u anon=- t=-10000"},
    {"an unreadable sentAt of the batch leaves the item's", BATCH, RIG_PLAIN,
     "{\"sentAt\":\"soon\",\"batch\":[{\"type\":\"page\",\"userId\":\"u\",\"messageId\":\"m\","
     "\"timestamp\":\"2025-11-22T01:00:00Z\",\"sentAt\":\"2025-11-22T01:00:30Z\"}]}",
     "200 landed 1\npage id=m name=- user=u anon=- t=-30000"},
    {"the batch's timestamp is no event's", BATCH, RIG_PLAIN,
     "{\"timestamp\":\"2025-11-22T00:00:00Z\",\"batch\":[{\"type\":\"page\",\"userId\":\"u\","
     "\"messageId\":\"m\"}]}",
     "200 landed 1\npage id=m name=- user=u anon=- t=+0 no_sent_at"},
    {"context.direct of the batch", BATCH, RIG_PLAIN,
     "{\"context\":{\"direct\":true},\"batch\":[{\"type\":\"page\",\"userId\":\"u\","
     "\"messageId\":\"1\"},{\"type\":\"page\",\"userId\":\"u\",\"messageId\":\"2\","
     "\"context\":{\"direct\":false}},{\"type\":\"page\",\"userId\":\"u\",\"messageId\":\"3\","
     "\"context\":{\"a\":{\"direct\":false}}}]}",
     "200 landed 3\npage id=1 name=- user=u anon=- ip=203.0.113.9 t=+0 no_sent_at"
     "\npage id=2 name=- user=u anon=- t=+0 no_sent_at"
     "\npage id=3 name=- user=u anon=- ip=203.0.113.9 t=+0 no_sent_at"},
    {"context.direct of an item", TYPED(PAGE), RIG_PLAIN,
     "{\"userId\":\"u\",\"messageId\":\"m\",\"context\":{\"ip\":\"\",\"direct\":true}}",
     "200 landed 1\npage id=m name=- user=u anon=- ip=203.0.113.9 t=+0 no_sent_at"},
    {"of two contexts the last counts", TYPED(PAGE), RIG_PLAIN,
     "{\"userId\":\"u\",\"messageId\":\"m\",\"context\":{\"direct\":true},\"context\":{}}",
     "200 landed 1\npage id=m name=- user=u anon=- t=+0 duplicate_key no_sent_at"},
    {"context.direct that is no boolean", TYPED(PAGE), RIG_PLAIN,
     "{\"userId\":\"u\",\"messageId\":\"m\",\"context\":{\"direct\":\"true\"}}",
     "200 landed 1\npage id=m name=- user=u anon=- t=+0 no_sent_at"},
    {"flags of the batch's own text are its events'", BATCH, RIG_PLAIN,
     "{\"context\":{\"a\":1,\"a\":\"\\udc00\"},\"batch\":[{\"type\":\"page\",\"userId\":\"u\","
     "\"messageId\":\"1\"}]}",
     "200 landed 1\npage id=1 name=- user=u anon=- t=+0 replaced_text duplicate_key no_sent_at"},

    // stamps
    {"a clock 3 days ahead", TYPED(PAGE), RIG_PLAIN,
     "{\"userId\":\"u\",\"messageId\":\"m\",\"timestamp\":\"2025-11-25T01:59:59Z\","
     "\"sentAt\":\"2025-11-25T02:00:00Z\"}",
     "200 landed 1\npage id=m name=- user=u anon=- t=-1000"},
    {"a clock 2 hours behind", TYPED(PAGE), RIG_PLAIN,
     "{\"userId\":\"u\",\"messageId\":\"m\",\"timestamp\":\"2025-11-21T23:59:50+00:00\","
     "\"sentAt\":\"2025-11-22T00:00:00.000999Z\"}",
     "200 landed 1\npage id=m name=- user=u anon=- t=-10000"},
    {"no sentAt: as given", TYPED(PAGE), RIG_PLAIN,
     "{\"userId\":\"u\",\"messageId\":\"m\",\"timestamp\":\"2025-11-22T01:00:00Z\"}",
     "200 landed 1\npage id=m name=- user=u anon=- t=-3600000 no_sent_at"},
    {"neither time: received", TYPED(PAGE), RIG_PLAIN,
     "{\"userId\":\"u\",\"messageId\":\"m\",\"sentAt\":\"2025-11-22T01:00:00Z\"}",
     "200 landed 1\npage id=m name=- user=u anon=- t=+0"},
    {"originalTimestamp comes before timestamp", TYPED(PAGE), RIG_PLAIN,
     "{\"userId\":\"u\",\"messageId\":\"m\",\"timestamp\":\"2025-11-22T01:00:00Z\","
     "\"originalTimestamp\":\"2025-11-22T01:30:00Z\",\"sentAt\":\"2025-11-22T01:30:05Z\"}",
     "200 landed 1\npage id=m name=- user=u anon=- t=-5000"},
    {"a stale sentAt lands late but is clamped past 5 min", BATCH, RIG_PLAIN,
     "{\"sentAt\":\"2025-11-22T01:00:00Z\",\"batch\":["
     "{\"type\":\"page\",\"userId\":\"u\",\"messageId\":\"1\","
     "\"timestamp\":\"2025-11-22T01:05:00Z\"},"
     "{\"type\":\"page\",\"userId\":\"u\",\"messageId\":\"2\","
     "\"timestamp\":\"2025-11-22T01:05:00.001Z\"}]}",
     "200 landed 2\npage id=1 name=- user=u anon=- t=+300000"
     "\npage id=2 name=- user=u anon=- t=+0 clamped_timestamp"},
    {"without sentAt the clamp is the same", BATCH, RIG_PLAIN,
     "{\"batch\":[{\"type\":\"page\",\"userId\":\"u\",\"messageId\":\"1\","
     "\"timestamp\":\"2025-11-22T02:05:00Z\"},"
     "{\"type\":\"page\",\"userId\":\"u\",\"messageId\":\"2\","
     "\"timestamp\":\"2025-11-22T02:05:00.001Z\"}]}",
     "200 landed 2\npage id=1 name=- user=u anon=- t=+300000 no_sent_at"
     "\npage id=2 name=- user=u anon=- t=+0 no_sent_at clamped_timestamp"},
    {"the past is never clamped", TYPED(PAGE), RIG_PLAIN,
     "{\"userId\":\"u\",\"messageId\":\"m\",\"timestamp\":\"1970-01-01T00:00:00Z\"}",
     "200 landed 1\npage id=m name=- user=u anon=- t=-1763776800000 no_sent_at"},
    {"the ends of time", TYPED(PAGE), RIG_PLAIN,
     "{\"userId\":\"u\",\"messageId\":\"m\",\"timestamp\":\"0001-01-01T00:00:00Z\","
     "\"sentAt\":\"9999-12-31T23:59:59.999Z\"}",
     "200 landed 1\npage id=m name=- user=u anon=- t=-63899373600000"},
    {"a source that keeps timestamps", TYPED(PAGE), RIG_KEEP,
     "{\"userId\":\"u\",\"messageId\":\"m\",\"timestamp\":\"2025-11-22T01:00:00Z\","
     "\"sentAt\":\"2025-11-22T01:30:00Z\"}",
     "200 landed 1\npage id=m name=- user=u anon=- t=-3600000"},
    {"keeps timestamps, but corrects an originalTimestamp", TYPED(PAGE), RIG_KEEP,
     "{\"userId\":\"u\",\"messageId\":\"m\",\"originalTimestamp\":\"2025-11-22T01:00:00Z\","
     "\"sentAt\":\"2025-11-22T01:30:00Z\"}",
     "200 landed 1\npage id=m name=- user=u anon=- t=-1800000"},
    {"keeps timestamps, but not those of tomorrow", TYPED(PAGE), RIG_KEEP,
     "{\"userId\":\"u\",\"messageId\":\"m\",\"timestamp\":\"2025-11-23T02:00:00Z\"}",
     "200 landed 1\npage id=m name=- user=u anon=- t=+0 no_sent_at clamped_timestamp"},
    {"a historical source is exempt from both", TYPED(PAGE), RIG_HISTORICAL,
     "{\"userId\":\"u\",\"messageId\":\"m\",\"timestamp\":\"2025-11-23T02:00:00Z\","
     "\"sentAt\":\"2025-11-23T03:00:00Z\"}",
     "200 landed 1\npage id=m name=- user=u anon=- t=+86400000 historical"},
    {"a historical source without a time", TYPED(PAGE), RIG_HISTORICAL,
     "{\"userId\":\"u\",\"messageId\":\"m\"}",
     "200 landed 1\npage id=m name=- user=u anon=- t=+0 historical"},
};

static void call_case(void **state)
{
    const struct CallCase *c = *state;
    PtFs *fs = fault_fs_new(1);
    Rig rig;
    assert_true(rig_open(&rig, &base, fs, (RigOptions){0}));
    EventOutcome o = {0};
    PtError err = {0};
    PtBuf got;
    pt_buf_init(&got, 1 << 20);
    PtStatus st = rig_call(&rig, c->kind, c->type, c->source, c->body, &o, &err);
    answer(&got, st, &o, &err);
    describe_log(&got, rig.log, 0);
    pt_buf_add_char(&got, '\0');
    assert_string_equal(got.data, c->want);
    pt_buf_done(&got);
    rig_close(&rig);
    fault_fs_free(fs);
}

static int open_base(void **state)
{
    (void)state;
    return rig_base_open(&base) ? 0 : -1;
}

static int close_base(void **state)
{
    (void)state;
    rig_base_close(&base);
    return 0;
}

int main(void)
{
    enum { CALLS = sizeof call_cases / sizeof *call_cases };
    struct CMUnitTest tests[CALLS];
    for (size_t i = 0; i < CALLS; i++) {
        tests[i] = (struct CMUnitTest){call_cases[i].name, call_case, NULL, NULL, &call_cases[i]};
    }
    return cmocka_run_group_tests_name("events/intake", tests, open_base, close_base);
}
