// SPDX-License-Identifier: Apache-2.0
#pragma once

/* What a service manager is told: systemd's notify protocol (sd_notify(3)) over $NOTIFY_SOCKET.
 * Without that variable nothing happens; a manager that cannot be reached is not an error.
 * Threads  Any.
 */
void service_ready(void);
void service_reloading(void); /* service_ready ends it */
void service_stopping(void);
