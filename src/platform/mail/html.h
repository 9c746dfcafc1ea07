// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "platform/mail_write.h"

/* What the files of the HTML cleaner share. */

/* Which of its own attributes an element may have, beside those that all may. */
enum {
    HTML_LINK = 1,  /* href */
    HTML_IMAGE = 2, /* src, alt */
    HTML_CELL = 4,  /* colspan, rowspan, nowrap */
    HTML_TABLE = 8, /* border, cellpadding, cellspacing */
    HTML_FONT = 16, /* color, face, size */
    HTML_LIST = 32, /* start, type */
    HTML_SPAN = 64, /* span, of columns */
};

typedef struct HtmlTag {
    PtStr name;       /* of the source, as it is written there */
    PtStr attributes; /* of the source: what stands behind the name */
} HtmlTag;

typedef struct HtmlAttributes { /* what was made of them */
    bool remote;                /* something that is elsewhere was left out */
    bool has_image;             /* an image with a source that may be shown */
    bool has_alt;
    bool has_link;
} HtmlAttributes;

/* Appends what an element with the groups of attributes may have of the tag's: ' name="value"'. */
void html_add_attributes(PtStr attributes, unsigned groups, PtBuf *out, HtmlAttributes *ret_made);

static inline bool html_is_space(char c)
{
    return c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == '\f';
}

static inline bool html_is_letter(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}
