// SPDX-License-Identifier: Apache-2.0
/* Any bytes as a TZif file. The first 8 are an instant to ask about; what is loaded must answer
 * every question, and a wall clock's reading must lead back to an instant that reads so.
 */
#include "base/time.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void ask(const PtZone *zone, int64_t ms)
{
    PtCivil wall = pt_zone_civil(zone, ms);
    int64_t first, last;
    if (pt_zone_to_utc(zone, &wall, false, &first) != PT_OK ||
        pt_zone_to_utc(zone, &wall, true, &last) != PT_OK || first > last) {
        abort();
    }
    const int64_t edge_ms = 2 * 86400000; // by the ends of all years the wall clock is cut
    if (ms < -62135596800000 + edge_ms || ms > 253402300799999 - edge_ms) {
        return;
    }
    int64_t wall_ms, read_ms;
    PtCivil read = pt_zone_civil(zone, first);
    if (!pt_civil_to_ms(&wall, &wall_ms) || !pt_civil_to_ms(&read, &read_ms) ||
        wall_ms != read_ms || first > ms || last < ms) {
        abort(); // ms itself reads as wall, so it lies between the two
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    PtZone *zone = NULL;
    int64_t ms = 0;
    if (size < sizeof ms) {
        return 0;
    }
    memcpy(&ms, data, sizeof ms);
    PtStr tzif = {(const char *)data + sizeof ms, size - sizeof ms};
    if (pt_zone_parse(tzif, &zone, NULL) != PT_OK) {
        return 0;
    }
    (void)pt_zone_offset_s(zone, ms);
    const int64_t years_ms[] = {
        ms % 253402300799999, -62135596800000, -1, 0, 1774746000000, 1792888200000,
        4102444800000,        250000000000000};
    for (size_t i = 0; i < sizeof years_ms / sizeof *years_ms; i++) {
        ask(zone, years_ms[i] < -62135596800000 ? 0 : years_ms[i]);
    }
    ask(zone, ms < -62135596800000 || ms > 253402300799999 ? 0 : ms);
    pt_zone_free(zone);
    return 0;
}
