// SPDX-License-Identifier: Apache-2.0
// An S3 server that checks AWS Signature Version 4: arguments are its folder and a bucket; prints its port. Key and secret
// are "S3RVER". The npm package s3rver itself takes any version 4 signature for right; this fork computes it.
import S3rver from "@20minutes/s3rver";

const [directory, bucket] = process.argv.slice(2);
const server = new S3rver({
  address: "127.0.0.1",
  port: 0,
  silent: true,
  directory,
  configureBuckets: [{ name: bucket }],
});
const { port } = await server.run();
process.stdout.write(`${port}\n`);
process.stdin.resume(); // ends with the test that holds its other end
process.stdin.on("end", () => process.exit(0));
