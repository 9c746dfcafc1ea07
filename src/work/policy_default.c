// SPDX-License-Identifier: Apache-2.0
#include "work/work.h"

#define OVER      "{\"property\":\"state\",\"is\":\"one_of\",\"value\":[\"resolved\",\"closed\"]}"
#define CANCELLED "\"cancel\":{\"property\":\"state\",\"is\":\"equals\",\"value\":\"cancelled\"}"
#define WAITS_FOR(whom) "{\"property\":\"waiting_for\",\"is\":\"equals\",\"value\":\"" whom "\"}"
#define RESPONSE_TARGETS                                                                           \
    "\"targets\":{\"P1\":{\"minutes\":5,\"in\":\"24x7\"},"                                         \
    "\"P2\":{\"minutes\":15,\"in\":\"store\"},\"P3\":{\"hours\":1,\"in\":\"queue\"},"              \
    "\"P4\":{\"hours\":4,\"in\":\"queue\"},\"P5\":{\"days\":1,\"in\":\"queue\"}}"

PtStr work_policy_default(void)
{
    return PT_STR(
        "{\"name\":\"Default\",\"clocks\":{"
        "\"response\":{" RESPONSE_TARGETS ","
        "\"stop\":{\"any\":[{\"property\":\"replied\",\"is\":\"true\"},"
        "{\"property\":\"acknowledged\",\"is\":\"true\"}," OVER "]}," CANCELLED "},"
        "\"next_response\":{" RESPONSE_TARGETS ","
        "\"start\":{\"all\":[{\"property\":\"awaits_reply\",\"is\":\"true\"},"
        "{\"property\":\"replied\",\"is\":\"true\"}]},"
        "\"stop\":{\"any\":[{\"not\":{\"property\":\"awaits_reply\",\"is\":\"true\"}}," OVER "]},"
        "\"again\":\"anew\"," CANCELLED "},"
        "\"resolution\":{\"targets\":{\"P1\":{\"hours\":1,\"in\":\"24x7\"},"
        "\"P2\":{\"hours\":4,\"in\":\"store\"},\"P3\":{\"hours\":8,\"in\":\"queue\"},"
        "\"P4\":{\"days\":3,\"in\":\"queue\"},\"P5\":{\"days\":5,\"in\":\"queue\"}},"
        "\"pause\":" WAITS_FOR("requester") ",\"stop\":" OVER ",\"again\":\"on\"," CANCELLED "}}}");
}
