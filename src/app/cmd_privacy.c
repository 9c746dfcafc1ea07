// SPDX-License-Identifier: Apache-2.0
/* Certificates of erasures, checked without a server. */
#include "app/cli.h"

#include "base/memory.h"
#include "platform/file.h"
#include "privacy/privacy.h"

#include <stdio.h>
#include <string.h>

static PtStatus read_key(const char *hex, uint8_t out[static PRIVACY_KEY], PtError *err)
{
    bool good = strlen(hex) == 2 * (size_t)PRIVACY_KEY;
    for (size_t i = 0; good && i < PRIVACY_KEY; i++) {
        const int high = pt_hex_digit(hex[2 * i]), low = pt_hex_digit(hex[2 * i + 1]);
        good = high >= 0 && low >= 0;
        out[i] = (uint8_t)(high << 4 | low);
    }
    return good ? PT_OK
                : pt_fail(err, PT_INVALID, "--key: not %d hex digits", 2 * (int)PRIVACY_KEY);
}

static void print_verdict(const Cli *cli, const PrivacyVerdict *v, bool by_key)
{
    char hex[2 * PRIVACY_KEY + 1];
    pt_hex(v->key, sizeof v->key, hex);
    if (cli->json) {
        (void)printf("{\"request\":\"%s\",\"public_key\":\"%s\",\"key_given\":%s,"
                     "\"certificate\":%.*s}\n",
                     v->request, hex, by_key ? "true" : "false", PT_STR_ARG(v->certificate));
        return;
    }
    (void)printf("request  %s\nkey      %s\nThe signature is right.%s\n", v->request, hex,
                 by_key ? ""
                        : " Whether the key is the server's, /api/v1/privacy/key tells: give it as "
                          "--key.");
}

PtStatus cmd_privacy_verify(Cli *cli, const CliArgs *args, PtError *err)
{
    PT_CLEANUP(pt_free_charp) char *text = NULL;
    const char *hex = cli_value(args, "key");
    uint8_t key[PRIVACY_KEY];
    PrivacyVerdict verdict;
    size_t len = 0;
    PtStatus st = hex != NULL ? read_key(hex, key, err) : PT_OK;
    if (st == PT_OK) {
        st = pt_fs_read(pt_fs_real(), args->positionals[0], PRIVACY_CERTIFICATE_MAX, &text, &len,
                        err);
    }
    if (st == PT_OK) {
        st = privacy_verify((PtStr){text, len}, hex != NULL ? key : NULL, &verdict, err);
    }
    if (st == PT_OK) {
        print_verdict(cli, &verdict, hex != NULL);
    }
    return st;
}
