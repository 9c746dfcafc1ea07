// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The mail server of the retailer's customers and stores: takes by SMTP what the desk sends, on the
 * machine itself only, and keeps of each message what it takes to answer it. Nothing leaves.
 *
 * Bounds   8 connections, lines of 1,000 bytes, 64 messages that nobody asked for yet (then the
 *          oldest is forgotten).
 * Threads  Any; it works on its own.
 */
typedef struct Postbox Postbox;

enum { POSTBOX_LINE = 1000, POSTBOX_TEXT = 160 };

typedef struct PostboxMail {
    char reply_to[POSTBOX_TEXT]; /* the address alone */
    char id[POSTBOX_TEXT];       /* with its brackets */
} PostboxMail;

/* NULL: no port, or no thread; why was written to stderr. */
Postbox *postbox_open(void);
void postbox_close(Postbox *postbox); /* accepts NULL */
uint16_t postbox_port(const Postbox *postbox);
/* The oldest that was not asked for. False: none. */
bool postbox_take(Postbox *postbox, PostboxMail *ret_mail);

/* One client's side of a connection, line by line, without the connection. */
typedef struct PostboxTalk {
    bool in_data, in_head;
    PostboxMail mail;
} PostboxTalk;
/* What is to be answered to a line (without its CRLF); "": nothing; NULL: good-bye was said.
 * *ret_mail: the message is complete. */
const char *postbox_line(PostboxTalk *talk, const char *line, size_t len, bool *ret_mail);
