// SPDX-License-Identifier: Apache-2.0
// Who may import whom: api < base < ui < features < app. A feature reaches another only through its index.ts. No default exports, no `any`.
import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'

const src = fileURLToPath(new URL('../src', import.meta.url))
const ORDER = ['api', 'base', 'ui', 'features', 'app']
/** What the order does not say: names and types that lower folders share with the kit. */
const ALSO = [['base/feature.ts', 'ui/icons'], ['base/prefs.ts', 'ui/icons']]
const found = []

function files(folder) {
  return readdirSync(folder, { withFileTypes: true }).flatMap((e) => (e.isDirectory() ? files(join(folder, e.name)) : [join(folder, e.name)]))
}

function check(file, target) {
  const [from, own] = file.split('/')
  const [to, other, ...rest] = target.split('/')
  if (ALSO.some(([f, t]) => f === file && t === target)) return
  if (ORDER.indexOf(to) > ORDER.indexOf(from)) found.push(`${file}: ${from} may not import ${to} (${target})`)
  if (from === 'features' && to === 'features' && own !== other && rest.length > 0 && rest.join('/') !== 'index') {
    found.push(`${file}: another feature is reached through its index.ts only (${target})`)
  }
}

for (const path of files(src).filter((f) => /\.tsx?$/.test(f) && !f.endsWith('.d.ts'))) {
  const file = relative(src, path)
  const text = readFileSync(path, 'utf8')
  if (file === 'api/schema.ts') continue
  if (/^export default/m.test(text)) found.push(`${file}: a default export`)
  if (/(:|as|<)\s*any\b/.test(text)) found.push(`${file}: any`)
  for (const [, name] of text.matchAll(/(?:from|import)\s*\(?\s*'([^']+)'/g)) {
    if (name.startsWith('@/')) check(file, name.slice(2))
    else if (name.startsWith('.') && file.includes('/')) check(file, relative(src, join(dirname(path), name)))
  }
}
for (const line of found) console.error(line)
process.exit(found.length > 0 ? 1 : 0)
