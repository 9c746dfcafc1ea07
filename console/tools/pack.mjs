// SPDX-License-Identifier: Apache-2.0
// After vite build: the browser loader beside the console, brotli and gzip of everything, and pack.json, which the daemon's build reads.
// Works in dist.new, which then takes the place of dist.
import { createHash } from 'node:crypto'
import { readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { extname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { brotliCompressSync, constants, gzipSync } from 'node:zlib'

const root = fileURLToPath(new URL('..', import.meta.url))
const dist = join(root, 'dist.new')
const segment = join(root, 'node_modules/@segment/analytics-next/dist/umd')

const TYPES = {
  '.html': 'text/html; charset=utf-8', '.js': 'text/javascript; charset=utf-8', '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml', '.ico': 'image/svg+xml', '.webmanifest': 'application/manifest+json', '.txt': 'text/plain; charset=utf-8', '.woff2': 'font/woff2',
}
const YEAR = 'public, max-age=31536000, immutable'

// The library finds its key in its own address, but its server only there where that is https.
const WHERE = '(function(){var s=document.currentScript,a=window.analytics=window.analytics||[];if(s&&s.src&&!a._cdn)a._cdn=new URL(s.src).origin})();\n'
const withoutMap = (text) => text.replace(/\n?\/\/# sourceMappingURL=.*\s*$/, '\n')

function walk(folder, below = '') {
  return readdirSync(join(folder, below), { withFileTypes: true }).flatMap((entry) =>
    entry.isDirectory() ? walk(folder, join(below, entry.name)) : [join(below, entry.name)])
}

const rows = []
function pack(path, file, bytes, cache, cors) {
  writeFileSync(join(dist, file), bytes)
  const row = { path, file, type: TYPES[extname(path)], etag: createHash('sha256').update(bytes).digest('hex').slice(0, 32), cache, cors }
  if (row.type === undefined) throw new Error(`${path}: no content type is known for its ending`)
  if (bytes.length > 512 && path !== '/index.html') {
    const br = brotliCompressSync(bytes, { params: { [constants.BROTLI_PARAM_QUALITY]: 11, [constants.BROTLI_PARAM_SIZE_HINT]: bytes.length } })
    const gz = gzipSync(bytes, { level: 9 })
    writeFileSync(join(dist, `${file}.br`), br)
    writeFileSync(join(dist, `${file}.gz`), gz)
    Object.assign(row, { br: `${file}.br`, gz: `${file}.gz`, size: bytes.length, brSize: br.length })
  }
  rows.push(row)
}

for (const file of walk(dist)) {
  pack(`/${file}`, file, readFileSync(join(dist, file)), file.startsWith('assets/') ? YEAR : 'no-cache', false)
}
// what a browser asks for beside a document that names no icon
pack('/favicon.ico', 'favicon.svg', readFileSync(join(dist, 'icon.svg')), 'no-cache', false)
const standalone = withoutMap(readFileSync(join(segment, 'standalone.js'), 'utf8'))
pack('/analytics.js/v1/*/analytics.min.js', 'loader.js', Buffer.from(WHERE + standalone), 'public, max-age=300', true)
for (const file of readdirSync(segment).filter((name) => name.endsWith('.js') && name.includes('.bundle.'))) {
  pack(`/analytics-next/bundles/${file}`, `loader-${file}`, Buffer.from(withoutMap(readFileSync(join(segment, file), 'utf8'))), YEAR, true)
}
rows.sort((a, b) => (a.path < b.path ? -1 : 1))
writeFileSync(join(dist, 'pack.json'), JSON.stringify(rows, null, 1))
// whole or not at all: another build may be reading
rmSync(join(root, 'dist'), { recursive: true, force: true })
renameSync(dist, join(root, 'dist'))
