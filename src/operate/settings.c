// SPDX-License-Identifier: Apache-2.0
/* The settings in force, for the API and for a backup. */
#include "operate/operate_internal.h"

#include <ctype.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

enum { TEXT_MAX = 1 << 20 };

bool operate_setting_is_secret(const char *key)
{
    static const char *const ends[] = {"secret", "password", "token", "sql.url"};
    const size_t len = strlen(key);
    for (size_t i = 0; i < sizeof ends / sizeof *ends; i++) {
        const size_t n = strlen(ends[i]);
        if (len >= n && strcmp(key + len - n, ends[i]) == 0) {
            return true;
        }
    }
    return false;
}

static void put_value(const Operate *o, const PtSetting *s, PtJsonOut *out)
{
    if (s->kind == PT_SETTING_INT) {
        pt_json_out_i64(out, pt_config_int(o->c.config, s->key));
    } else if (s->kind == PT_SETTING_BOOL) {
        pt_json_out_bool(out, pt_config_bool(o->c.config, s->key));
    } else {
        const char *text = pt_config_text(o->c.config, s->key);
        if (operate_setting_is_secret(s->key) && text[0] != '\0') {
            pt_json_out_null(out);
        } else {
            pt_json_out_str(out, pt_str(text));
        }
    }
}

static void put_default(const PtSetting *s, PtJsonOut *out)
{
    if (s->kind == PT_SETTING_TEXT) {
        pt_json_out_str(out, pt_str(s->fallback));
    } else {
        pt_json_out_raw(out, pt_str(s->fallback)); // a number, true or false
    }
}

static void put_bound(PtJsonOut *out, const char *key, const PtSetting *s, int64_t bound)
{
    pt_json_out_key(out, pt_str(key));
    if (s->kind == PT_SETTING_BOOL) {
        pt_json_out_null(out);
    } else {
        pt_json_out_i64(out, bound);
    }
}

/* --log-segment-mib, PATRON_LOG_SEGMENT_MIB */
static void put_names(PtJsonOut *out, const char *key)
{
    char flag[80], variable[80];
    (void)snprintf(flag, sizeof flag, "--%s", key);
    (void)snprintf(variable, sizeof variable, "PATRON_%s", key);
    for (char *p = flag + 2; *p != '\0'; p++) {
        *p = *p == '.' || *p == '_' ? '-' : *p;
    }
    for (char *p = variable; *p != '\0'; p++) {
        *p = *p == '.' ? '_' : (char)toupper((unsigned char)*p);
    }
    operate_put_text(out, "flag", pt_str(flag));
    operate_put_text(out, "environment", pt_str(variable));
}

static void put_setting(const Operate *o, const PtSetting *s, PtJsonOut *out)
{
    static const char *const kinds[] = {
        [PT_SETTING_INT] = "integer", [PT_SETTING_BOOL] = "boolean", [PT_SETTING_TEXT] = "text"};
    const char *origin = pt_config_origin(o->c.config, s->key);
    const bool in_file = strncmp(origin, "file ", 5) == 0;
    pt_json_out_object(out);
    operate_put_text(out, "key", pt_str(s->key));
    operate_put_text(out, "kind", pt_str(kinds[s->kind]));
    pt_json_out_key(out, PT_STR("value"));
    put_value(o, s, out);
    pt_json_out_key(out, PT_STR("default"));
    put_default(s, out);
    operate_put_text(out, "origin", in_file ? PT_STR("file") : pt_str(origin));
    operate_put_text(out, "origin_detail", in_file ? pt_str(origin + 5) : (PtStr){NULL, 0});
    put_bound(out, "min", s, s->min);
    put_bound(out, "max", s, s->max);
    operate_put_text(out, "help", pt_str(s->help));
    pt_json_put_bool(out, "secret", operate_setting_is_secret(s->key));
    put_names(out, s->key);
    pt_json_out_object_end(out);
}

/* A file that gives a new server the same settings, but for where it lives and its secrets. */
static void add_line(const Operate *o, const PtSetting *s, PtBuf *conf)
{
    const char *origin = pt_config_origin(o->c.config, s->key);
    if (strcmp(origin, "default") == 0 || strcmp(s->key, "data") == 0) {
        return;
    }
    if (operate_setting_is_secret(s->key)) {
        pt_buf_printf(conf, "# %s was set; secrets are not in a backup's settings\n", s->key);
    } else if (s->kind == PT_SETTING_INT) {
        pt_buf_printf(conf, "%s = %" PRId64 "\n", s->key, pt_config_int(o->c.config, s->key));
    } else if (s->kind == PT_SETTING_BOOL) {
        pt_buf_printf(conf, "%s = %s\n", s->key,
                      pt_config_bool(o->c.config, s->key) ? "true" : "false");
    } else {
        pt_buf_printf(conf, "%s = \"%s\"\n", s->key, pt_config_text(o->c.config, s->key));
    }
}

PtStatus settings_write(Operate *o, PtError *err)
{
    pt_buf_init(&o->settings_json, TEXT_MAX);
    pt_buf_init(&o->settings_conf, TEXT_MAX);
    PtJsonOut out = pt_json_out(&o->settings_json);
    pt_buf_add_str(&o->settings_conf,
                   PT_STR("# Settings that were in force when the backup was taken.\n"));
    pt_json_out_array(&out);
    for (size_t i = 0; i < o->c.setting_count; i++) {
        put_setting(o, &o->c.settings[i], &out);
        add_line(o, &o->c.settings[i], &o->settings_conf);
    }
    pt_json_out_array_end(&out);
    bool good =
        pt_buf_status(&o->settings_json) == PT_OK && pt_buf_status(&o->settings_conf) == PT_OK;
    return good ? PT_OK : pt_fail(err, PT_NO_MEMORY, "no memory for the settings");
}

PtStr operate_settings_json(const Operate *o)
{
    return pt_buf_str(&o->settings_json);
}
