// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "platform/log.h"

/* What the archive's dictionaries may be learnt from: a dictionary is kept as long as the archive,
 * in clear, and no erasure reaches into it. So of an event's text only what many people share goes
 * into it.
 *
 * A member's name, a text or a number stays when it occurs in events of at least
 * EVENT_SAMPLES_SUBJECTS subjects of the sample (userId, else anonymousId; events with neither are
 * one subject), but no text with an "@". A browser that forgets its ids can pass for many subjects:
 * what it says eight times under eight of them counts as shared. Of a text that does not, the first
 * part, up to a separator, stays when as many share it ("https://shop.example.com/p/"). The rest
 * gives way to noise, a digit for a digit and a letter for a letter, so that what archives hold in
 * its place is still coded well. What Patron put before the event's text (ids among it) is left out
 * whole, and so is what does not parse.
 */
enum {
    EVENT_SAMPLES_SUBJECTS = 8,
    EVENT_SAMPLES_TOKENS = 1 << 20, /* counted; events behind are not learnt from */
};

/* For PtLogConfig.samples; ctx is not used. */
PtLogSamplesFn event_samples;
