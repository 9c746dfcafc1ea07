// SPDX-License-Identifier: Apache-2.0
// Writes src/api/schema.ts (types) and src/api/roles.ts (permissions, roles) from openapi/patron.json. --check: says whether they are stale.
import { readFileSync, writeFileSync } from 'node:fs'
import openapiTS, { astToString } from 'openapi-typescript'

const here = new URL('.', import.meta.url)
const from = process.argv.indexOf('--from')
const source = from > 0 ? new URL(process.argv[from + 1], 'file:///') : new URL('../../openapi/patron.json', here)
const HEAD = '// SPDX-License-Identifier: Apache-2.0\n// Generated from openapi/patron.json by tools/gen_api.mjs (./dev gen): edit openapi/ instead.\n'

const description = JSON.parse(readFileSync(source, 'utf8'))
const permissions = description['x-permissions']
const roles = description['x-roles']

const types = HEAD + astToString(await openapiTS(source, { emptyObjectsUnknown: true }))
const list = (names) => `[${names.map((name) => `'${name}'`).join(', ')}]`
const table = `${HEAD}
export const permissions = ${list(Object.keys(permissions))} as const

export type Permission = (typeof permissions)[number]

/** What a role may do; the description itself says it in words. */
export const roles: Record<string, readonly Permission[]> = {
${Object.entries(roles).map(([name, role]) => `  ${name}: ${list(role.permissions)},`).join('\n')}
}
`

const files = [['../src/api/schema.ts', types], ['../src/api/roles.ts', table]]
const stale = files.filter(([path, text]) => {
  try {
    return readFileSync(new URL(path, here), 'utf8') !== text
  } catch {
    return true
  }
})
if (process.argv.includes('--check')) {
  for (const [path] of stale) console.error(`console/${path.slice(3)} is stale: run ./dev gen`)
  process.exit(stale.length > 0 ? 1 : 0)
}
for (const [path, text] of stale) writeFileSync(new URL(path, here), text)
