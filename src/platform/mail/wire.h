// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "platform/mail_io.h"

#include <curl/curl.h>
#include <netinet/in.h>

/* What IMAP and SMTP have in common: libcurl's handle, set up for a server; who stops it; and which
 * of its errors means what. */
typedef struct MailWire {
    CURL *curl;
    char *url, *user, *secret, *ca_file; /* owned */
    MailServer server;                   /* its texts: the above */
    bool stopped;                        /* by is_stopped */
    bool asked;                          /* SMTP: a mail was begun, what is said is about it */
    bool quitting;                       /* SMTP: QUIT was said, whose answer is of no interest */
    char why[CURL_ERROR_SIZE];
    char said[MAIL_SAID_BYTES];     /* the server's last line */
    char refused[INET6_ADDRSTRLEN]; /* the last address that it may not connect to */
} MailWire;

/* scheme: "imap", "smtp". path: behind host and port, "" or "/name". */
PtStatus mail_wire_init(MailWire *wire, const MailServer *server, const char *scheme,
                        const char *path, PtError *err);
void mail_wire_done(MailWire *wire); /* accepts a zeroed one */

/* Whether is_stopped says so. */
bool mail_wire_stops(MailWire *wire);
/* What a failed transfer means; rc is not CURLE_OK. */
PtStatus mail_wire_fail(MailWire *wire, CURLcode rc, PtError *err);
/* Keeps a line of the server as something to show: printable ASCII in one line. */
void mail_keep_said(char said[static MAIL_SAID_BYTES], PtStr line);
