// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/status.h"
#include "base/str.h"

#include <stdint.h>

/* Tells an address of the operator's about alerts: POST of a JSON object, with the header
 *   X-Patron-Signature: t=<UTC ms>,v1=<hex of HMAC-SHA256 over "<t>.<body>" under the secret>
 * An answer of 2xx is delivery. Anything else is tried again after 1, 2, 4 ... 300 s, in order, for
 * a day; then, or when WEBHOOK_QUEUE wait already, a message is given up and
 * counted. What waits is in memory: a restart forgets it, while the alert stays.
 *
 * Threads  Any; never blocks. Its thread starts with the first message.
 */
enum { WEBHOOK_QUEUE = 100, WEBHOOK_BODY_MAX = 8 << 10 };

typedef struct Webhook Webhook;

typedef struct WebhookStats {
    uint64_t sent, failed_tries, given_up, waiting;
} WebhookStats;

/* PT_INVALID: no http or https URL. Texts are copied. secret may be empty: then unsigned. */
PT_NODISCARD PtStatus webhook_new(const char *url, const char *secret, Webhook **ret_webhook,
                                  PtError *err);
/* Breaks off what is being sent. Accepts NULL. */
void webhook_free(Webhook *webhook);
void webhook_send(Webhook *webhook, PtStr body);
WebhookStats webhook_stats(Webhook *webhook);

/* out: 65 bytes of hex. */
void webhook_sign(PtStr secret, int64_t time_ms, PtStr body, char out[static 65]);
