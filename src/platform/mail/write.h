// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "platform/mail_write.h"

/* What the files of the writer share. */

/* Whether everything of the draft may stand where it is to. */
PtStatus mail_write_check(const MailDraft *draft, PtError *err);
/* The headers up to MIME-Version; those of the body follow. */
void mail_write_head(PtBuf *out, const MailDraft *draft);
/* The headers of a file's part, with the empty line. */
void mail_write_file_head(PtBuf *out, const MailFile *file, bool within);

void mail_add_base64(PtBuf *out, PtStr bytes);

/* Labels of letters, digits, "-" and "_", between dots. */
bool mail_domain_is_valid(PtStr domain);
