// SPDX-License-Identifier: Apache-2.0
/* Whether a file of settings is right, before a server is started with it. */
#include "app/cli.h"

#include "app/settings.h"
#include "base/json.h"
#include "base/memory.h"

#include <stdio.h>

typedef struct Found {
    bool json;
    unsigned count;
    PtBuf text;
    PtJsonOut out;
} Found;

static void config_freep(PtConfig **config)
{
    pt_config_free(*config);
}

static void take_trouble(void *ctx, const char *trouble)
{
    Found *f = ctx;
    f->count++;
    if (f->json) {
        pt_json_out_str(&f->out, pt_str(trouble));
    } else {
        cli_print_text(trouble);
        (void)putchar('\n');
    }
}

PtStatus cmd_config_check(Cli *cli, const CliArgs *args, PtError *err)
{
    PT_CLEANUP(config_freep) PtConfig *config = NULL;
    const char *path = args->positional_count > 0 ? args->positionals[0] : cli->config_file;
    Found f = {.json = cli->json};
    if (path == NULL) {
        return cli_usage(err, "patron config check FILE, or --config FILE");
    }
    pt_buf_init(&f.text, 1 << 20);
    f.out = pt_json_out(&f.text);
    pt_json_out_array(&f.out);
    PtStatus st = pt_config_new(patron_settings, patron_setting_count, &config, err);
    if (st == PT_OK) {
        st = pt_config_check_file(config, path, take_trouble, &f, err);
    }
    pt_json_out_array_end(&f.out);
    if (st == PT_OK && cli->json) {
        (void)printf("{\"troubles\":%.*s}\n", PT_STR_ARG(pt_buf_str(&f.text)));
    } else if (st == PT_OK && f.count == 0) {
        (void)puts("every line is right");
    }
    pt_buf_done(&f.text);
    return st == PT_OK && f.count > 0
               ? pt_fail(err, PT_INVALID, "%u lines of \"%s\" are wrong", f.count, path)
               : st;
}
