// SPDX-License-Identifier: Apache-2.0
#pragma once

/* What the kinds share: JSON read as a tree, texts made in an arena, settings, answers. Private to
 * the module.
 */
#include "base/json.h"
#include "connect/kind.h"

extern const ConnectKind connect_kind_webhook, connect_kind_ga4, connect_kind_meta,
    connect_kind_segment, connect_kind_files, connect_kind_s3;

/* JSON as a tree. Values of an object or array hang on `child` in their order. */
typedef struct KindNode KindNode;
struct KindNode {
    PtJsonToken type; /* NULL, FALSE, TRUE, NUMBER, STRING, OBJECT or ARRAY */
    PtStr raw;        /* as received; of a string without its quotes */
    PtStr text;       /* of a string, decoded */
    PtStr key;        /* decoded; empty in an array */
    const KindNode *child, *next;
};

/* In the arena. *ret_root is NULL when it is no JSON, or nests over EVENT_MAX_DEPTH + 1. False: no
 * memory. */
bool kind_tree(PtStr json, PtArena *arena, const KindNode **ret_root);

/* The value at a path of names, "context.page.url"; NULL when there is none, or it is null. A name
 * may not hold a dot. Accepts NULL. Of equal names the last counts. */
const KindNode *kind_at(const KindNode *node, const char *path);
const KindNode *kind_member(const KindNode *object, PtStr name);

/* A string decoded, a number or truth value as it is written; empty for anything else and NULL. */
PtStr kind_text(const KindNode *node);

/* The first of these paths (NULL-terminated) that has a text that is not empty. */
PtStr kind_first(const KindNode *root, const char *const *paths);

/* An amount from a JSON number or decimal text, exactly. False: none, or out of range. */
bool kind_amount(const KindNode *node, int64_t *ret_micros);
void kind_put_amount(PtJsonOut *out, const char *key, int64_t micros);

void kind_put_text(PtJsonOut *out, const char *key, PtStr text); /* nothing where it is empty */

/* Lower case of all scripts; text that is no UTF-8 has its ASCII letters lowered. Appends. */
void kind_lower(PtStr text, PtBuf *out);

/* A text of the arena with a NUL behind; data NULL: no memory. */
PtStr kind_printf(PtArena *arena, const char *fmt, ...) PT_PRINTF(2, 3);
/* The buffer's content as such a text; the buffer is freed. */
PT_NODISCARD PtStatus kind_finish(PtBuf *buf, PtArena *arena, PtStr *ret_text, PtError *err);

/* Whole number setting within [min, max]; its fallback must be one. */
uint32_t kind_number(const ConnectSettings *s, const char *name, uint32_t min, uint32_t max);
PT_NODISCARD PtStatus kind_check_number(const ConnectSettings *s, const char *name, uint32_t min,
                                        uint32_t max, PtError *err);
/* http or https, a host, no user, no fragment, no blanks. */
PT_NODISCARD PtStatus kind_check_url(const ConnectSettings *s, const char *name, PtError *err);

/* Base64 (RFC 4648, padded). Decoding is strict; -1: not base64, or over room. */
void kind_base64(const uint8_t *bytes, size_t len, PtBuf *out);
int kind_base64_decode(PtStr text, uint8_t *out, size_t room);

bool kind_add_header(ConnectRequest *request,
                     PtStr line); /* false: no memory (data NULL) or room */

/* What an HTTP answer means where the kind knows no better: 2xx delivered; 408, 409, 425, 429, 5xx
 * again; 401, 403, 410 and redirects stop; 404 again, since receivers are redeployed; others are
 * the event's fault. `detail` is what the answer says, may be empty. */
ConnectVerdict kind_judge(int http_status, size_t count, PtStr detail, char why[CONNECT_WHY_MAX]);
void kind_why(char why[CONNECT_WHY_MAX], const char *fmt, ...) PT_PRINTF(2, 3);

/* The hash of a part of a file, and its bytes fed to whoever wants them (kind_file.c).
 * PT_UNAVAILABLE: it cannot be read, or is shorter by now. */
PT_NODISCARD PtStatus kind_file_read(const ConnectFile *file, int64_t from, int64_t len,
                                     void (*take)(void *ctx, const uint8_t *bytes, size_t len),
                                     void *ctx, PtError *err);
/* Of an answer that a kind judges like those to its events. */
void kind_file_judge(const ConnectKind *kind, const ConnectSettings *s, const ConnectFileAnswer *a,
                     ConnectFileEnd *end);
PT_NODISCARD PtStatus kind_s3_put(const ConnectSettings *s, const ConnectFile *file,
                                  const ConnectCarrier *carrier, PtArena *arena,
                                  ConnectFileEnd *ret_end, PtError *err);
/* The address of an object; what a request to it is signed with, and the hash of its body as hex.
 * False: no memory. */
PtStr kind_s3_url(const ConnectSettings *s, PtStr name, PtArena *arena);
bool kind_s3_sign(const ConnectSettings *s, const char *hash, PtArena *arena, ConnectRequest *r);
PtStr kind_s3_tag(PtStr xml, const char *name); /* the text of <name>...</name>, or empty */
PT_NODISCARD PtStatus kind_webhook_put(const ConnectSettings *s, const ConnectFile *file,
                                       const ConnectCarrier *carrier, PtArena *arena,
                                       ConnectFileEnd *ret_end, PtError *err);

/* Objects for a folder or a store: JSON lines or CSV (kind_objects.c). */
extern const char *const kind_formats[]; /* choices of the setting "format" */
size_t kind_object_fill(const ConnectSettings *s);
int64_t kind_object_linger(const ConnectSettings *s);
uint32_t kind_object_count(const ConnectSettings *s);
PT_NODISCARD PtStatus kind_object_check(const ConnectSettings *s, PtError *err);
PT_NODISCARD PtStatus kind_object_render(const ConnectSettings *s, const ConnectOutEvent *event,
                                         int64_t now_ms, PtArena *arena, ConnectPiece *ret_piece,
                                         PtError *err);
void kind_object_body(const ConnectSettings *s, const ConnectPiece *pieces, size_t count,
                      PtBuf *out);
/* "<destination>_<hour>_<first>-<last>.csv": equal for a repeat. */
PtStr kind_object_name(const ConnectSettings *s, const ConnectPiece *first,
                       const ConnectBatch *batch, PtArena *arena);
