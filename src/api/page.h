// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "api/api_internal.h"

/* Pages for customers, without a script: their own credential is the path. */

enum { API_PAGE_NONCE = 33 }; /* text with its NUL */

/* Index among codes ("en", "de") of the language that the request asks for; 0: none of them. */
size_t api_page_locale(const HttpRequest *r, const PtStr *codes, size_t count);
void api_page_nonce(char nonce[static API_PAGE_NONCE]);

typedef struct ApiPageHead {
    const char *language, *direction, *title; /* as HTML */
    const char *style;                        /* of this page, behind what all have */
    int refresh_s;                            /* it loads itself anew after; 0: it does not */
} ApiPageHead;
/* All before the content: <main> with the title is open. */
void api_page_head(PtBuf *out, const ApiPageHead *head, const char *nonce);
/* Closes <main> and answers. Nothing from elsewhere may run or load. The address holds the token:
 * it is told to this server alone, which is how the form's own POST is known. */
void api_page_answer(ApiCall *call, int status, const char *language, const char *nonce);
