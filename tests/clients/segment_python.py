# SPDX-License-Identifier: Apache-2.0
"""segment-analytics-python against BASE with KEY and gzip 0 or 1; modes as in node/segment_node.mjs."""
import json
import pathlib
import sys

from segment.analytics.client import Client

CALLS = json.loads((pathlib.Path(__file__).parent / "node/calls.json").read_text())


def six(client):
    identify, track, page, screen, group, alias = (CALLS[name] for name in
                                                   ("identify", "track", "page", "screen", "group", "alias"))
    client.identify(user_id=identify["userId"], traits=identify["traits"])
    client.track(user_id=track["userId"], event=track["event"], properties=track["properties"])
    client.page(user_id=page["userId"], category=page["category"], name=page["name"], properties=page["properties"])
    client.screen(user_id=screen["userId"], name=screen["name"], properties=screen["properties"])
    client.group(user_id=group["userId"], group_id=group["groupId"], traits=group["traits"])
    client.alias(previous_id=alias["previousId"], user_id=alias["userId"])


def main(base, key, gzip, mode, *names):
    errors = []
    client = Client(key, host=base, gzip=gzip == "1", upload_interval=0.05, timeout=10,
                    on_error=lambda error, batch: errors.append([str(error), len(batch)]))
    if mode == "six":
        six(client)
    for index, name in enumerate(names):
        client.track(user_id="user-1", event=name, message_id=f"python-{name}")
        client.flush()
        print(f"sent {name}", file=sys.stderr, flush=True)
        if index + 1 < len(names):
            sys.stdin.readline()
    client.flush()
    client.join()
    print(json.dumps({"errors": errors}))


if __name__ == "__main__":
    main(*sys.argv[1:])
