// SPDX-License-Identifier: Apache-2.0
// The size bars on the built files (brotli): what a first load fetches, and every chunk that comes later.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const FIRST_LOAD = 300 * 1024
const CHUNK = 120 * 1024

const dist = fileURLToPath(new URL('../dist', import.meta.url))
const rows = JSON.parse(readFileSync(join(dist, 'pack.json'), 'utf8'))
const size = (row) => row.brSize ?? readFileSync(join(dist, row.file)).length
const page = readFileSync(join(dist, 'index.html'), 'utf8')
const named = new Set([...page.matchAll(/(?:src|href)="([^"]+)"/g)].map(([, path]) => path))
// beside what the page names: the worker, and the larger language's texts
const shell = rows.filter((row) => row.path === '/index.html' || named.has(row.path) || /\/assets\/worker-/.test(row.path))
const texts = Math.max(0, ...rows.filter((row) => /\/assets\/(en|ar)-/.test(row.path)).map(size))
const later = rows.filter((row) => row.path.startsWith('/assets/') && !shell.includes(row))
const first = shell.reduce((sum, row) => sum + size(row), texts)
const largest = later.reduce((a, b) => (size(a) > size(b) ? a : b))
const inKb = (bytes) => Math.round(bytes / 102.4) / 10
const result = { first_load_kib: inKb(first), first_load_max_kib: inKb(FIRST_LOAD), largest_chunk: largest.path, largest_chunk_kib: inKb(size(largest)), chunk_max_kib: inKb(CHUNK) }
console.log(JSON.stringify(result))
process.exit(first <= FIRST_LOAD && size(largest) <= CHUNK ? 0 : 1)
