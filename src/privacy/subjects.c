// SPDX-License-Identifier: Apache-2.0
/* Whom a request is about. */
#include "privacy/privacy_internal.h"

enum { TYPE_MAX = IDENTITY_TYPE_NAME_MAX, VALUE_MAX = 2000 };

void subjects_write(const PrivacySubject *subjects, size_t count, PtBuf *out)
{
    PtJsonOut o = pt_json_out(out);
    pt_json_out_array(&o);
    for (size_t i = 0; i < count; i++) {
        pt_json_out_object(&o);
        if (subjects[i].id.len > 0) {
            pt_json_put_str(&o, "id", subjects[i].id);
        } else {
            pt_json_put_str(&o, "type", subjects[i].type);
            pt_json_put_str(&o, "value", subjects[i].value);
        }
        pt_json_out_object_end(&o);
    }
    pt_json_out_array_end(&o);
}

static PtStatus take_text(PtStr raw, PtArena *arena, PtStr *ret_text, PtError *err)
{
    PT_CLEANUP(pt_buf_done) PtBuf text;
    pt_buf_init(&text, VALUE_MAX + 1);
    if (raw.len < 2 || raw.data[0] != '"') {
        return pt_fail(err, PT_INVALID, "subjects: id, type and value are texts");
    }
    pt_json_decode((PtStr){raw.data + 1, raw.len - 2}, &text);
    if (pt_buf_status(&text) != PT_OK || text.len == 0) {
        return pt_fail(err, PT_INVALID, "subjects: id, type and value have 1..%d bytes", VALUE_MAX);
    }
    *ret_text = pt_arena_str(arena, pt_buf_str(&text));
    return ret_text->data != NULL ? PT_OK : pt_fail(err, PT_NO_MEMORY, "no memory for subjects");
}

static PtStatus read_one(PtJson *j, PtArena *arena, PrivacySubject *ret_subject, PtError *err)
{
    static const char *const names[] = {"id", "type", "value"};
    PrivacySubject s = {0};
    PtStr *const texts[] = {&s.id, &s.type, &s.value};
    PtJsonToken token = pt_json_next(j);
    while (token == PT_JSON_KEY) {
        size_t i = 0;
        PtStr raw;
        while (i < 3 && !pt_json_raw_eq(j->raw, j->flags, pt_str(names[i]))) {
            i++;
        }
        if (i == 3) {
            return pt_fail(err, PT_INVALID, "subjects: a member other than id, type and value");
        }
        if (!pt_json_skip(j, &raw, NULL, NULL)) {
            return pt_json_error(j, err);
        }
        PtStatus st = take_text(raw, arena, texts[i], err);
        if (st != PT_OK) {
            return st;
        }
        token = pt_json_next(j);
    }
    if (token != PT_JSON_OBJECT_END) {
        return pt_json_error(j, err);
    }
    const bool named = s.type.len > 0 && s.value.len > 0;
    if ((s.id.len > 0) == named || (s.type.len > 0) != (s.value.len > 0) || s.type.len > TYPE_MAX) {
        return pt_fail(err, PT_INVALID, "subjects: one has either an id, or a type and a value");
    }
    *ret_subject = s;
    return PT_OK;
}

PtStatus privacy_subjects_read(PtStr json, PtArena *arena, PrivacySubject **ret_subjects,
                               size_t *ret_count, PtError *err)
{
    PtJson j;
    size_t count = 0;
    PrivacySubject *list = pt_arena_alloc(arena, PRIVACY_SUBJECTS_MAX, sizeof *list);
    if (list == NULL) {
        return pt_fail(err, PT_NO_MEMORY, "no memory for subjects");
    }
    pt_json_init(&j, json, 4);
    if (json.len == 0 || pt_json_next(&j) != PT_JSON_ARRAY) {
        return pt_fail(err, PT_INVALID, "subjects is not an array");
    }
    PtJsonToken token = pt_json_next(&j);
    while (token == PT_JSON_OBJECT) {
        if (count == PRIVACY_SUBJECTS_MAX) {
            return pt_fail(err, PT_INVALID, "subjects has over %d items", PRIVACY_SUBJECTS_MAX);
        }
        PtStatus st = read_one(&j, arena, &list[count++], err);
        if (st != PT_OK) {
            return st;
        }
        token = pt_json_next(&j);
    }
    if (token != PT_JSON_ARRAY_END || pt_json_next(&j) != PT_JSON_END || count == 0) {
        return pt_fail(err, PT_INVALID, "subjects is not an array of 1..%d objects",
                       PRIVACY_SUBJECTS_MAX);
    }
    *ret_subjects = list;
    *ret_count = count;
    return PT_OK;
}

/* ---- Whose they are ------------------------------------------------------------------------- */

static bool has_id(const Resolved *r, PtStr id)
{
    for (size_t i = 0; i < r->id_count; i++) {
        if (pt_str_eq(r->ids[i], id)) {
            return true;
        }
    }
    return false;
}

static PtStatus take_person(const Profile *profile, PtArena *arena, Resolved *r, PtError *err)
{
    if (has_id(r, pt_str(profile->id))) {
        return PT_OK;
    }
    PtStr id = pt_arena_str(arena, pt_str(profile->id));
    if (id.data == NULL) {
        return pt_fail(err, PT_NO_MEMORY, "no memory for subjects");
    }
    r->ids[r->id_count++] = id;
    if (r->label.len == 0) {
        r->label = profile->name;
    }
    return PT_OK;
}

static PtStatus resolve_one(Privacy *p, const PrivacySubject *s, bool strict, PtArena *arena,
                            Resolved *r, PtError *err)
{
    Profile profile;
    PtError why = {0};
    PtStatus st = s->id.len > 0
                      ? profiles_get(p->c.profiles, s->id, arena, &profile, &why)
                      : profiles_find(p->c.profiles, s->type, s->value, arena, &profile, &why);
    if (s->id.len == 0 &&
        !profiles_name(p->c.profiles, s->type, s->value, arena, &r->names[r->name_count++])) {
        return pt_fail(err, PT_INVALID, "subjects: the value is no identifier of the type \"%.*s\"",
                       PT_STR_ARG(s->type));
    }
    if (st != PT_OK && s->id.len == 0 && r->label.len == 0) {
        r->label = s->value;
    }
    if (st == PT_NOT_FOUND && !strict) {
        return PT_OK;
    }
    return st == PT_OK ? take_person(&profile, arena, r, err) : pt_fail(err, st, "%s", why.message);
}

PtStatus subjects_resolve(Privacy *p, const PrivacySubject *subjects, size_t count, bool strict,
                          PtArena *arena, Resolved *ret_resolved, PtError *err)
{
    Resolved r = {.ids = pt_arena_alloc(arena, count + 1, sizeof *r.ids),
                  .names = pt_arena_alloc(arena, count + 1, sizeof *r.names),
                  .label = PT_STR("")};
    PtStatus st = r.ids != NULL && r.names != NULL
                      ? PT_OK
                      : pt_fail(err, PT_NO_MEMORY, "no memory for subjects");
    for (size_t i = 0; st == PT_OK && i < count; i++) {
        st = resolve_one(p, &subjects[i], strict, arena, &r, err);
    }
    if (st == PT_OK) {
        *ret_resolved = r;
    }
    return st;
}
