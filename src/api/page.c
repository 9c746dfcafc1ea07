// SPDX-License-Identifier: Apache-2.0
/* What pages for customers have in common: no script, nothing from elsewhere, light and dark. */
#include "api/page.h"

#include "base/rng.h"

#include <stdio.h>

enum { NONCE_BYTES = (API_PAGE_NONCE - 1) / 2, POLICY_TEXT = 256 };

static const char style[] =
    ":root{color-scheme:light dark;--ink:#1a1d21;--soft:#4a5058;--paper:#fff;--card:#f4f5f7;"
    "--line:#8a9099;--act:#1457b8;--on:#fff}"
    "@media(prefers-color-scheme:dark){:root{--ink:#e8eaed;--soft:#b6bcc4;--paper:#16181b;"
    "--card:#212428;--line:#7d848d;--act:#8ab4f8;--on:#10131a}}"
    "*{box-sizing:border-box}"
    "body{margin:0;background:var(--paper);color:var(--ink);font:1rem/1.5 system-ui,sans-serif}"
    "main{max-width:40rem;margin:0 auto;padding:1.5rem 1rem 3rem}"
    "h1{font-size:1.5rem;line-height:1.25;margin:.5rem 0}"
    "h2,legend{font-size:1.125rem;font-weight:600;margin:1.5rem 0 .5rem;padding:0}"
    "form{margin-top:1.5rem}"
    "fieldset{border:0;margin:0;padding:0;min-width:0}"
    "ul{list-style:none;margin:0;padding:0}"
    "li{background:var(--card);border-radius:.5rem;padding:.75rem 1rem;margin:0 0 .5rem;"
    "overflow-wrap:anywhere}"
    "label{display:flex;gap:.75rem;align-items:flex-start;cursor:pointer;font-weight:600}"
    "input{flex:none;width:1.5rem;height:1.5rem;margin:0;accent-color:var(--act)}"
    "p{margin:.25rem 0}small{display:block;font-size:.875rem;color:var(--soft)}"
    ".under{margin-inline-start:2.25rem}"
    ".row{display:flex;flex-wrap:wrap;gap:.75rem;margin-top:1.5rem}"
    "button{font:inherit;font-weight:600;min-height:2.75rem;padding:.5rem 1.25rem;"
    "border-radius:.5rem;border:1px solid var(--act);background:var(--act);color:var(--on);"
    "cursor:pointer}"
    "button.plain{background:transparent;color:var(--ink);border-color:var(--line)}"
    ":focus-visible{outline:3px solid var(--act);outline-offset:2px}"
    ".note{border-inline-start:4px solid var(--act);background:var(--card);padding:.75rem 1rem;"
    "margin:1rem 0}";

/* The first of the request that we speak; how much each is wanted is not weighed: browsers send
 * them in order. */
size_t api_page_locale(const HttpRequest *r, const PtStr *codes, size_t count)
{
    PtStr rest = http_header(r, "accept-language"), item;
    while (pt_str_cut(&rest, ',', &item)) {
        item = pt_str_trim(item);
        for (size_t i = 0; i < count; i++) {
            const PtStr code = codes[i];
            if (item.len >= code.len && pt_str_eq_nocase((PtStr){item.data, code.len}, code) &&
                (item.len == code.len || item.data[code.len] == '-' ||
                 item.data[code.len] == ';')) {
                return i;
            }
        }
    }
    return 0;
}

void api_page_nonce(char nonce[static API_PAGE_NONCE])
{
    uint8_t random[NONCE_BYTES];
    pt_random_bytes(random, sizeof random);
    pt_hex(random, sizeof random, nonce);
}

void api_page_head(PtBuf *out, const ApiPageHead *head, const char *nonce)
{
    pt_buf_printf(out,
                  "<!doctype html><html lang=\"%s\" dir=\"%s\"><head><meta charset=\"utf-8\">"
                  "<meta name=\"viewport\" content=\"width=device-width,initial-scale=1\">"
                  "<meta name=\"robots\" content=\"noindex\"><title>%s</title>",
                  head->language, head->direction, head->title);
    if (head->refresh_s > 0) {
        pt_buf_printf(out, "<meta http-equiv=\"refresh\" content=\"%d\">", head->refresh_s);
    }
    pt_buf_printf(out, "<style nonce=\"%s\">", nonce);
    pt_buf_add_str(out, pt_str(style));
    pt_buf_add_str(out, pt_str(head->style));
    pt_buf_printf(out, "</style></head><body><main><h1>%s</h1>", head->title);
}

void api_page_answer(ApiCall *call, int status, const char *language, const char *nonce)
{
    char *policy = pt_arena_alloc(call->arena, POLICY_TEXT, 1);
    pt_buf_add_str(&call->body, PT_STR("</main></body></html>\n"));
    if (policy == NULL) {
        (void)pt_fail(&call->error, PT_NO_MEMORY, "no memory for the page");
        api_problem(call, PT_NO_MEMORY, &call->error);
        return;
    }
    (void)snprintf(policy, POLICY_TEXT,
                   "default-src 'none'; style-src 'nonce-%s'; form-action 'self'; base-uri 'none'; "
                   "frame-ancestors 'none'",
                   nonce);
    call->content_type = "text/html; charset=utf-8";
    api_header(call, "Content-Security-Policy", pt_str(policy));
    api_header(call, "X-Frame-Options", PT_STR("DENY"));
    api_header(call, "Referrer-Policy", PT_STR("same-origin"));
    api_header(call, "Cross-Origin-Opener-Policy", PT_STR("same-origin"));
    api_header(call, "Content-Language", pt_str(language));
    api_header(call, "Vary", PT_STR("Accept-Language"));
    api_answer(call, status);
}
