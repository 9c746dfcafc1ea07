// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/buf.h"
#include "operate/pack_internal.h"
#include "platform/log.h"

/* What backup and restore must do alike: records in log/records, and the content hash.
 *
 *   log/records   u64 first offset, u64 one past the last; for each record u32 payload bytes,
 *                 i64 time ms, u8 class, u8 type, u16 flags, u32 source, u64 node, u64 key id,
 *                 u64 id hash hi, u64 lo, payload
 *   content hash  BLAKE2b-256 over "patron content 1", the sum of the core rows, the three offsets,
 *                 for each archive its offsets and the BLAKE2b-256 of its bytes, and that of
 *                 log/records
 */
enum { CONTENT_RECORD = 52 }; /* bytes before the payload */

void content_record(PtBuf *out, const PtRecord *r);

void content_begin(PackHash *h, const uint8_t core_sum[static PACK_DIGEST],
                   const PtLogSnapshot *log);
void content_archive(PackHash *h, const PtLogFile *file, const uint8_t digest[static PACK_DIGEST]);

/* Gives [from, to) in the form of log/records to the sink in pieces, and its hash. */
PT_NODISCARD PtStatus content_records(PtLog *log, uint64_t from, uint64_t to, const PackSink *sink,
                                      uint8_t ret_digest[static PACK_DIGEST], PtError *err);

/* Gives the bytes of a file to the sink in pieces, and their hash. sink NULL: the hash alone. */
PT_NODISCARD PtStatus content_file(PtFs *fs, const char *path, const PackSink *sink,
                                   uint8_t ret_digest[static PACK_DIGEST], PtError *err);
