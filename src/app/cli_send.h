// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "app/cli.h"

/* Sends events in batches, several requests at a time, again where a server is busy or away.
 *
 * Order    Events are numbered from 0 in the order they are given. sender_acked() is how many, from
 *          the first, were acknowledged without a gap.
 * Threads  One thread gives events; the sender's own threads send.
 */
typedef struct Sender Sender;

typedef struct SenderConfig {
    const Cli *cli;
    const char *write_key;
    uint64_t skip;      /* events that were acknowledged in an earlier run: not sent again */
    int64_t give_up_ms; /* without any acknowledgement for this long, it fails */
} SenderConfig;

typedef struct SenderCounts {
    uint64_t acked;      /* events from the first, without a gap; the skipped ones included */
    uint64_t sent;       /* events that a request of this run carried and that were acknowledged */
    uint64_t retries;    /* requests that had to be sent again */
    bool told;           /* the server tells how many were new: the two counts below hold */
    uint64_t duplicates; /* known to the server already */
    uint64_t quarantined;
} SenderCounts;

PT_NODISCARD PtStatus sender_new(const SenderConfig *config, Sender **ret_sender, PtError *err);
/* Accepts NULL. What sender_finish has not seen through is given up; a request on its way is waited
 * for. */
void sender_free(Sender *sender);

/* Waits where too much is under way. False once sending has failed for good: see sender_finish. */
bool sender_add(Sender *sender, PtStr event);

/* Sends what is left and waits for every acknowledgement. */
PT_NODISCARD PtStatus sender_finish(Sender *sender, PtError *err);

SenderCounts sender_counts(Sender *sender);

/* Runs about every 200 ms while sender_add or sender_finish waits, on the caller's thread. */
void sender_on_wait(Sender *sender, void (*fn)(void *ctx), void *ctx);
