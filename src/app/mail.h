// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "connect/connect.h"
#include "desk/desk.h"
#include "surveys/surveys.h"

/* What runs the desk's mail: two threads a mailbox, one reads and one sends, and one that sees to
 * them. Servers are held to the addresses of `net`. Prepared before the desk, which wakes it;
 * started once the desk is there.
 */
typedef struct Mail Mail;

PT_NODISCARD PtStatus mail_new(Surveys *surveys, const char *clamav, const ConnectNet *net,
                               Mail **ret_mail, PtError *err);
/* For DeskConfig, but key and access. */
void mail_configure(Mail *mail, DeskMailConfig *config);
PT_NODISCARD PtStatus mail_start(Mail *mail, Desk *desk, PtError *err);
void mail_stop(Mail *mail);  /* before the desk is closed; accepts NULL */
void mail_close(Mail *mail); /* after it; accepts NULL */
/* A collector for pt_metric_collector; ctx is the Mail. */
void mail_metrics(void *ctx, PtBuf *out);
