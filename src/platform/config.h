// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/buf.h"
#include "base/status.h"
#include "base/str.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Configuration: one table of settings, filled in this order of precedence: flag, environment,
 * file, default.
 *
 * A setting's key is dotted ("log.segment_mib"). As a flag it is --log-segment-mib VALUE (or
 * --log-segment-mib=VALUE), in the environment PATRON_LOG_SEGMENT_MIB, in the file a line
 * `log.segment_mib = 64` ('#' starts a comment; text may be in double quotes). Unknown keys, values
 * out of bounds and repeated keys in one place are errors that name file, line, key and bound.
 */
typedef enum PtSettingKind { PT_SETTING_INT, PT_SETTING_BOOL, PT_SETTING_TEXT } PtSettingKind;

typedef struct PtSetting {
    const char *key;
    PtSettingKind kind;
    const char *fallback; /* default, as text */
    int64_t min, max;     /* INT: value; TEXT: length in bytes */
    const char *help;     /* one line, with the unit */
} PtSetting;

typedef struct PtConfig PtConfig;

/* The table must outlive the config. Values start at their defaults. */
PT_NODISCARD PtStatus pt_config_new(const PtSetting *table, size_t count, PtConfig **ret_config,
                                    PtError *err);
void pt_config_free(PtConfig *config); /* accepts NULL */

PT_NODISCARD PtStatus pt_config_load_file(PtConfig *config, const char *path, PtError *err);
/* Reads a file as load_file would, tells found of every line that is wrong, and keeps nothing. */
PT_NODISCARD PtStatus pt_config_check_file(const PtConfig *config, const char *path,
                                           void (*found)(void *ctx, const char *trouble), void *ctx,
                                           PtError *err);
PT_NODISCARD PtStatus pt_config_load_env(PtConfig *config, char *const *environ_,
                                         PtError *err); /* PATRON_* that match no key are errors */
/* Takes the flags it knows out of argv (keeping order); stops at "--". *argc is updated. Flags it
 * does not know stay. */
PT_NODISCARD PtStatus pt_config_take_flags(PtConfig *config, int *argc, char **argv, PtError *err);

int64_t pt_config_int(const PtConfig *config,
                      const char *key); /* a key that is not in the table is a bug: assert */
bool pt_config_bool(const PtConfig *config, const char *key);
const char *pt_config_text(const PtConfig *config, const char *key); /* borrowed from the config */
const char *
pt_config_origin(const PtConfig *config,
                 const char *key); /* "flag", "environment", "file PATH:LINE", "default" */

/* The table as help text, one setting a line: key, default, bounds, help. */
void pt_config_help(const PtSetting *table, size_t count, PtBuf *out);
