// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "access/access.h"
#include "base/status.h"
#include "platform/config.h"

#include <stdint.h>

/* The whole server in one object: opens the data folder, wires the modules, listens. patrond is
 * this and a signal handler; the CLI runs it in a thread when no daemon has the folder.
 *
 * Folder   lock (held while open), patron.sock, secret.key (0600; lose it and tokens and derived
 * ids are lost), core.db (truth), views.db and dedupe/ (can be rebuilt), log/ (truth). Threads new,
 * run and free on one thread; stop from any thread or a signal handler.
 */
typedef struct PatronServer PatronServer;

/* config: from patron_settings (app/settings.h); read here, not kept. PT_CONFLICT when another
 * process holds the folder. */
PT_NODISCARD PtStatus patron_server_new(const PtConfig *config, PatronServer **ret_server,
                                        PtError *err);

/* Serves until patron_server_stop, then drains: open requests finish, what was acknowledged is
 * synced. */
void patron_server_run(PatronServer *server);
void patron_server_stop(PatronServer *server);
void patron_server_free(PatronServer *server); /* accepts NULL */

/* Takes up a new certificate and a rotated log file, without closing a connection; what cannot be
 * read leaves the old one in use and is logged. Any thread, or a signal handler. */
void patron_server_reload(PatronServer *server);

/* The code of first-run set-up (access/access.h); false once there is an account. */
bool patron_server_setup_code(const PatronServer *server, char ret_code[static ACCESS_CODE_TEXT]);

/* The port of the TCP listener, 0 without one. */
uint16_t patron_server_port(const PatronServer *server);
uint16_t patron_server_tls_port(const PatronServer *server);
