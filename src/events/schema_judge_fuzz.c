// SPDX-License-Identifier: Apache-2.0
/* Fuzz target of judging: any bytes as an event, and behind a line end as what its batch says, by a
 * few fixed schemas that use every keyword. The verdict is the same twice.
 */
#include "events/schema.h"

#include <assert.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const char *const texts[] = {
    "{\"type\":\"object\",\"required\":[\"event\",\"properties\"],\"properties\":{\"event\":{"
    "\"const\":"
    "\"Order\"},\"context\":{\"type\":\"object\",\"minProperties\":1,\"propertyNames\":{"
    "\"pattern\":"
    "\"^[a-z]+$\"}},\"properties\":{\"type\":\"object\",\"required\":[\"total\"],\"properties\":{"
    "\"total\":{"
    "\"type\":\"number\",\"minimum\":0,\"exclusiveMaximum\":1e6,\"multipleOf\":0.01},\"email\":{"
    "\"format\":"
    "\"email\"},\"at\":{\"format\":\"date-time\"},\"url\":{\"format\":\"uri\"},\"ip\":{\"anyOf\":[{"
    "\"format\":"
    "\"ipv4\"},{\"format\":\"ipv6\"}]},\"id\":{\"format\":\"uuid\"},\"day\":{\"format\":\"date\"},"
    "\"hour\":{"
    "\"format\":\"time\"},\"products\":{\"type\":\"array\",\"uniqueItems\":true,\"maxItems\":50,"
    "\"items\":{"
    "\"type\":\"object\",\"additionalProperties\":{\"type\":[\"string\",\"integer\"],\"maxLength\":"
    "20}}}},"
    "\"patternProperties\":{\"^x_\":{\"type\":\"string\",\"minLength\":1}}}}}",
    "{\"$defs\":{\"node\":{\"type\":[\"object\",\"array\",\"null\",\"number\",\"string\","
    "\"boolean\"],"
    "\"properties\":{\"a\":{\"$ref\":\"#/$defs/node\"}},\"items\":{\"$ref\":\"#/$defs/"
    "node\"},\"not\":{\"const\":"
    "3},\"dependentRequired\":{\"b\":[\"c\"]},\"dependentSchemas\":{\"c\":{\"maxProperties\":3}}}},"
    "\"$ref\":"
    "\"#/$defs/"
    "node\",\"allOf\":[{\"if\":{\"type\":\"array\"},\"then\":{\"prefixItems\":[{\"enum\":[1,\"a\",["
    "2],"
    "{\"b\":null}]}],\"contains\":{\"type\":\"number\"},\"maxContains\":4},\"else\":{\"oneOf\":[{"
    "\"minProperties\":"
    "2},{\"type\":\"string\",\"pattern\":\"(a|aa)+$\"},{\"maxProperties\":1}]}}]}"};

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static EventSchema *schemas[sizeof texts / sizeof *texts];
    static EventSchemaRun *run;
    EventSchemaOptions options = {.formats = true, .closed = PT_STR("properties")};
    for (size_t i = 0; run == NULL && i < sizeof texts / sizeof *texts; i++) {
        PtStatus st = event_schema_compile(pt_str(texts[i]), &options, &schemas[i], NULL);
        assert(st == PT_OK);
        (void)st;
    }
    run = run != NULL ? run : event_schema_run_new();
    const char *at = (const char *)data, *end = size > 0 ? memchr(at, '\n', size) : NULL;
    PtStr text = {at, end != NULL ? (size_t)(end - at) : size};
    PtStr common = end != NULL ? (PtStr){end + 1, size - text.len - 1} : (PtStr){NULL, 0};
    for (size_t i = 0; size > 0 && i < sizeof texts / sizeof *texts; i++) {
        EventSchemaResult a, b;
        PtStatus st = event_schema_judge(schemas[i], run, text, common, true, &a, NULL);
        if (st != PT_OK) {
            continue;
        }
        assert(a.valid || a.count > 0);
        st = event_schema_judge(schemas[i], run, text, common, true, &b, NULL);
        assert(st == PT_OK && a.valid == b.valid && a.unplanned == b.unplanned && a.work == b.work);
    }
    return 0;
}
