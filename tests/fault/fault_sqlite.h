// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <stdint.h>

/* A power cut below SQLite: writes to database and write-ahead log are volatile until xSync of
 * their file. At the cut every unsynced 512-byte sector is on its own kept, dropped or torn, sizes
 * likewise; the shared-memory file is gone. What is left is written to the files and the process
 * ends, with FAULT_SQLITE_CUT: a parent that forked it opens what the disk would hold.
 *
 * Threads  Any. Reads are SQLite's own. */
enum { FAULT_SQLITE_CUT = 86 };

/* Before the process opens its first database; until fault_sqlite_cut nothing changes. */
void fault_sqlite_install(void);
/* Of files that are opened from now on: the power goes at the nth write, truncation or sync. */
void fault_sqlite_cut(uint64_t seed, uint64_t nth);
