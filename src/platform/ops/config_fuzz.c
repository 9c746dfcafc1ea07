// SPDX-License-Identifier: Apache-2.0
/* Fuzz target for configuration files: any bytes, never a crash; what is accepted lies within its
 * bounds, and what is refused changes nothing. */
#include "platform/ops/config_internal.h"

#include <assert.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const PtSetting table[] = {
    {"data", PT_SETTING_TEXT, "data", 1, 40, ""},
    {"log.segment_mib", PT_SETTING_INT, "64", 1, 1024, ""},
    {"diag.json", PT_SETTING_BOOL, "false", 0, 0, ""},
};

static void check(bool holds)
{
    if (!holds) {
        abort(); // also where assert() is compiled out
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    PtConfig *config = NULL;
    PtError err = {0};
    if (pt_config_new(table, 3, &config, NULL) != PT_OK) {
        return 0;
    }
    PtStatus st = pt_config_load_text(config, (PtStr){(const char *)data, size}, "fuzz", &err);
    int64_t mib = pt_config_int(config, "log.segment_mib");
    size_t len = strlen(pt_config_text(config, "data"));
    check(mib >= 1 && mib <= 1024);
    check(len >= 1 && len <= 40);
    check(st == PT_OK || st == PT_INVALID || st == PT_NO_MEMORY);
    if (st != PT_OK) {
        check(err.message[0] != '\0' && strchr(err.message, '\n') == NULL);
        check(mib == 64 && strcmp(pt_config_text(config, "data"), "data") == 0 &&
              !pt_config_bool(config, "diag.json"));
    }
    pt_config_free(config);
    return 0;
}
