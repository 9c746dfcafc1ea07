// SPDX-License-Identifier: Apache-2.0
/* What may be said of stores and tills, and what the audit chain is told of a change. */
#include "commerce/commerce_internal.h"

#include "base/json.h"

#include <stdio.h>
#include <string.h>

enum { DETAIL_BYTES = 16 << 10 };

const char *const commerce_store_fields[] = {
    "name", "zone", "country", "region", "format", "address", "opened_on", "closed_on", NULL};
const char *const commerce_store_states[] = {"trading", "planned", "closed", NULL};
const char *const commerce_till_fields[] = {"name", "kind", "state", NULL};
const char *const commerce_till_kinds[] = {"staffed", "self_checkout", "mobile", NULL};
const char *const commerce_till_states[] = {"in_service", "out_of_service", "retired", NULL};

static bool control(PtStr text, CommerceTextKind kind)
{
    for (size_t i = 0; i < text.len; i++) {
        const unsigned char c = (unsigned char)text.data[i];
        const bool line_end = kind == COMMERCE_LINES && (c == '\n' || c == '\r');
        if ((c < ' ' && !line_end) || c == 0x7f) {
            return true;
        }
    }
    return false;
}

static size_t characters(PtStr text)
{
    size_t count = 0;
    for (size_t i = 0; i < text.len; i++) {
        count += ((unsigned char)text.data[i] & 0xc0) != 0x80;
    }
    return count;
}

PtStatus commerce_text_check(const char *name, PtStr text, size_t min, size_t max,
                             CommerceTextKind kind, PtError *err)
{
    if (!pt_utf8_valid(text) || control(text, kind)) {
        return pt_fail(err, PT_INVALID, "%s: not UTF-8 without control characters", name);
    }
    const size_t count = characters(text);
    return count >= min && count <= max
               ? PT_OK
               : pt_fail(err, PT_INVALID, "%s: length is %zu, not %zu..%zu characters", name, count,
                         min, max);
}

PtStatus commerce_code_check(const char *name, PtStr code, PtError *err)
{
    bool fits = code.len > 0 && code.len <= COMMERCE_CODE_MAX;
    for (size_t i = 0; fits && i < code.len; i++) {
        const char c = code.data[i];
        fits = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
               c == '.' || c == '_' || c == '-';
    }
    return fits ? PT_OK
                : pt_fail(err, PT_INVALID, "%s: not 1..%d of A-Z, a-z, 0-9, '.', '_' and '-'", name,
                          COMMERCE_CODE_MAX);
}

bool commerce_date(PtStr text, PtCivil *ret_date)
{
    int64_t ms = 0;
    if (text.len != 10 || !pt_time_parse(text, &ms)) {
        return false;
    }
    *ret_date = pt_civil_of_ms(ms);
    return true;
}

static PtStatus check_date(const char *name, PtStr text, PtError *err)
{
    PtCivil date;
    return text.len == 0 || commerce_date(text, &date)
               ? PT_OK
               : pt_fail(err, PT_INVALID, "%s: not a date such as 2026-01-31", name);
}

static PtStatus check_country(PtStr text, PtError *err)
{
    const bool fits =
        text.len == 0 || (text.len == 2 && text.data[0] >= 'A' && text.data[0] <= 'Z' &&
                          text.data[1] >= 'A' && text.data[1] <= 'Z');
    return fits ? PT_OK : pt_fail(err, PT_INVALID, "country: not two capital letters");
}

static PtStatus check_zone(Commerce *c, PtStr text, PtError *err)
{
    const PtZone *zone = NULL;
    PtError why = {0};
    PtStatus st = pt_zones_get(c->zones, text, &zone, &why);
    return st == PT_INVALID || st == PT_NOT_FOUND
               ? pt_fail(err, PT_INVALID, "zone: not a time zone such as Europe/Berlin")
           : st != PT_OK ? pt_fail(err, st, "%s", why.message)
                         : PT_OK;
}

PtStatus commerce_store_check(Commerce *c, const PtStr f[COMMERCE_STORE_FIELDS], PtError *err)
{
    static const struct {
        CommerceStoreField field;
        size_t min, max;
        CommerceTextKind kind;
    } texts[] = {{COMMERCE_S_NAME, 1, COMMERCE_NAME_MAX, COMMERCE_LINE},
                 {COMMERCE_S_REGION, 0, COMMERCE_WORD_MAX, COMMERCE_LINE},
                 {COMMERCE_S_FORMAT, 0, COMMERCE_WORD_MAX, COMMERCE_LINE},
                 {COMMERCE_S_ADDRESS, 0, COMMERCE_ADDRESS_MAX, COMMERCE_LINES}};
    const PtStr opened = f[COMMERCE_S_OPENED_ON], closed = f[COMMERCE_S_CLOSED_ON];
    PtStatus st = PT_OK;
    for (size_t i = 0; st == PT_OK && i < sizeof texts / sizeof *texts; i++) {
        st = commerce_text_check(commerce_store_fields[texts[i].field], f[texts[i].field],
                                 texts[i].min, texts[i].max, texts[i].kind, err);
    }
    st = st == PT_OK ? check_zone(c, f[COMMERCE_S_ZONE], err) : st;
    st = st == PT_OK ? check_country(f[COMMERCE_S_COUNTRY], err) : st;
    st = st == PT_OK ? check_date("opened_on", opened, err) : st;
    st = st == PT_OK ? check_date("closed_on", closed, err) : st;
    return st == PT_OK && closed.len > 0 && pt_str_order(closed, opened) < 0
               ? pt_fail(err, PT_INVALID, "closed_on: before opened_on")
               : st;
}

static PtStatus check_choice(const char *name, PtStr text, const char *const *choices, PtError *err)
{
    for (size_t i = 0; choices[i] != NULL; i++) {
        if (pt_str_eq(text, pt_str(choices[i]))) {
            return PT_OK;
        }
    }
    return pt_fail(err, PT_INVALID, "%s: not one of %s, %s and %s", name, choices[0], choices[1],
                   choices[2]);
}

PtStatus commerce_till_check(const PtStr f[COMMERCE_TILL_FIELDS], PtError *err)
{
    PtStatus st =
        commerce_text_check("name", f[COMMERCE_T_NAME], 0, COMMERCE_NAME_MAX, COMMERCE_LINE, err);
    st = st == PT_OK ? check_choice("kind", f[COMMERCE_T_KIND], commerce_till_kinds, err) : st;
    return st == PT_OK ? check_choice("state", f[COMMERCE_T_STATE], commerce_till_states, err) : st;
}

/* ---- The audit chain --------------------------------------------------------------------------
 */

PtStatus commerce_audit(CommerceWriting *w, const char *action, PtStr subject, PtStr name,
                        PtStr detail)
{
    char type[32];
    const char *dot = strchr(action, '.');
    const size_t len = dot != NULL ? (size_t)(dot - action) : strlen(action);
    (void)snprintf(type, sizeof type, "%.*s", (int)len, action);
    const AuditEntry entry = {.by = w->by,
                              .action = action,
                              .subject_type = type,
                              .subject = subject,
                              .subject_name = name,
                              .detail = detail};
    return audit_write(w->tx, w->now_ms, &entry, w->err);
}

void commerce_detail(PtBuf *out, const char *const *names, const PtStr *before, const PtStr *after,
                     size_t count)
{
    pt_buf_init(out, DETAIL_BYTES);
    PtJsonOut json = pt_json_out(out);
    pt_json_out_object(&json);
    for (size_t i = 0; i < count; i++) {
        if (!pt_str_eq(before[i], after[i])) {
            pt_json_out_key(&json, pt_str(names[i]));
            pt_json_out_array(&json);
            pt_json_out_str(&json, before[i]);
            pt_json_out_str(&json, after[i]);
            pt_json_out_array_end(&json);
        }
    }
    pt_json_out_object_end(&json);
}
