// SPDX-License-Identifier: Apache-2.0
// Verifies webhooks with the npm package standardwebhooks: reads [{secret, headers, body}] from a file and prints, for each,
// the parsed payload or {"error": message}.
import { readFileSync } from "node:fs";
import { Webhook } from "standardwebhooks";

const cases = JSON.parse(readFileSync(process.argv[2], "utf8"));
const results = cases.map(({ secret, headers, body }) => {
  try {
    return { payload: new Webhook(secret).verify(body, headers) };
  } catch (error) {
    return { error: error.message };
  }
});
process.stdout.write(JSON.stringify(results));
