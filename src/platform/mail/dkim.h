// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "platform/mail_write.h"

/* The steps of a signature, apart: RFC 8463's example has another order of headers than we sign. */

/* Appends the body's SHA-256, relaxed, in base64. */
PtStatus mail_dkim_body_hash(PtStr message, PtBuf *out, PtError *err);

/* Appends the signature in base64. names: headers as in h=, between colons; header: the whole
 * DKIM-Signature with an empty b=, without its line's end. */
PtStatus mail_dkim_signature(PtStr key, PtStr message, PtStr names, PtStr header, PtBuf *out,
                             PtError *err);
