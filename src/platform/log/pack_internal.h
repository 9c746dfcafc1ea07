// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "platform/log/archive_internal.h"

/* Writing an archive file: payloads become frames, frames blocks, blocks a file. The archiver has
 * one packer, a rewrite one of its own; each is used by one thread at a time. Memory is bounded by
 * one block, LOG_PACK_CHUNK of output and the index.
 */
enum { LOG_PACK_CHUNK = 1 << 20 };

struct ZSTD_CCtx_s;

typedef struct LogPacker {
    struct ZSTD_CCtx_s *ctx;
    struct ZSTD_CDict_s *dict; /* NULL = none */
    uint32_t dict_id;
    uint32_t served;    /* archives written with it */
    uint64_t first_ppm; /* size to raw of the first of them */
    bool train_wanted;
    LogHeadWriter head_writer;
    PtBuf head, body, out, index;
} LogPacker;

/* A file being written. */
typedef struct LogPackFile {
    PtFile *file;
    uint64_t at; /* file position of the first byte that is still in packer->out */
    LogFooter footer;
    uint32_t block_count; /* records in the open block */
    uint64_t block_first;
} LogPackFile;

LogPacker *log_packer_new(const PtLog *log); /* NULL when out of memory */
void log_packer_free(LogPacker *p);          /* accepts NULL */
/* 0: none. */
PT_NODISCARD PtStatus log_packer_use_dict(PtLog *log, LogPacker *p, uint32_t id, PtError *err);

/* Begins the file of records from base to end at `tmp`, where an earlier attempt may have left one.
 * f->file is open on PT_OK: log_pack_close it. */
PT_NODISCARD PtStatus log_pack_open(PtLog *log, LogPacker *p, const char *tmp, uint64_t base,
                                    uint64_t end, LogPackFile *f, PtError *err);
/* A record with its payload: compressed where that helps. */
PT_NODISCARD PtStatus log_pack_record(PtLog *log, LogPacker *p, LogPackFile *f, const PtRecord *r,
                                      PtError *err);
/* A record whose payload comes as it is stored, packed with the same dictionary. */
PT_NODISCARD PtStatus log_pack_frame(PtLog *log, LogPacker *p, LogPackFile *f, const PtRecord *r,
                                     const LogStored *stored, const char *frame, PtError *err);
/* Ends the open block, if there is one. */
PT_NODISCARD PtStatus log_pack_block_end(PtLog *log, LogPacker *p, LogPackFile *f, PtError *err);
/* A whole block as it is stored; none is open. */
PT_NODISCARD PtStatus log_pack_block(PtLog *log, LogPacker *p, LogPackFile *f,
                                     const LogBlock *block, PtError *err);
/* Index and footer; synced when it returns. */
PT_NODISCARD PtStatus log_pack_end(PtLog *log, LogPacker *p, LogPackFile *f, PtError *err);
void log_pack_close(PtLog *log, LogPackFile *f);
/* What the log's table says of a file that is complete. */
LogArchive log_pack_archive(const LogPackFile *f);
