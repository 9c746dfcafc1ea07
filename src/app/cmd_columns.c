// SPDX-License-Identifier: Apache-2.0
/* The files of the event columns of a folder that no daemon has. */
#include "app/cli.h"

#include "base/json.h"
#include "platform/columns.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

enum { PATH_BYTES = 4600, TROUBLES_BYTES = 4 << 20 };

typedef struct Report {
    bool json;
    PtBuf text;
    PtJsonOut out;
} Report;

static void take_trouble(void *ctx, const char *trouble)
{
    Report *r = ctx;
    if (r->json) {
        pt_json_out_str(&r->out, pt_str(trouble));
    } else {
        cli_print_text(trouble);
        (void)putchar('\n');
    }
}

static void finish(Report *r, const ColumnsCheck *c)
{
    pt_json_out_array_end(&r->out);
    if (r->json) {
        (void)printf("{\"runs\":%" PRIu64 ",\"rows\":%" PRIu64 ",\"blocks\":%" PRIu64
                     ",\"strange\":%" PRIu64 ",\"troubles\":%.*s}\n",
                     c->runs, c->rows, c->blocks, c->strange, PT_STR_ARG(pt_buf_str(&r->text)));
    } else if (c->troubles == 0) {
        char rows[CLI_COUNT_TEXT], runs[CLI_COUNT_TEXT];
        (void)printf("%s events in %s runs, no trouble\n", cli_count(c->rows, rows),
                     cli_count(c->runs, runs));
    }
}

PtStatus cmd_columns_check(Cli *cli, const CliArgs *args, PtError *err)
{
    char dir[PATH_BYTES];
    ColumnsCheck c = {0};
    Report r = {.json = cli->json};
    (void)args;
    if (cli->data == NULL) {
        return cli_usage(err, "patron --data DIR columns check");
    }
    if (cli_daemon_runs(cli)) {
        return pt_fail(err, PT_CONFLICT,
                       "the daemon writes them: stop it, or check a copy of the folder");
    }
    const int len = snprintf(dir, sizeof dir, "%s/columns", cli->data);
    if (len < 0 || (size_t)len >= sizeof dir || access(dir, F_OK) != 0) {
        return pt_fail(err, PT_NOT_FOUND, "\"%.200s\" holds no event columns", cli->data);
    }
    pt_buf_init(&r.text, TROUBLES_BYTES);
    r.out = pt_json_out(&r.text);
    pt_json_out_array(&r.out);
    PtStatus st = columns_check(pt_fs_real(), dir, take_trouble, &r, &c, err);
    if (st == PT_OK) {
        finish(&r, &c);
    }
    st = st == PT_OK ? pt_buf_status(&r.text) : st;
    pt_buf_done(&r.text);
    if (st == PT_OK && c.troubles > 0) {
        st = pt_fail(err, PT_CORRUPT,
                     "%" PRIu64 " troubles: with the daemon running, patron view rebuild "
                     "behaviour makes the columns anew from the log",
                     c.troubles);
    }
    return st;
}
