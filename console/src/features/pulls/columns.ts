// SPDX-License-Identifier: Apache-2.0
// Which columns there are: fields of items that an answer held, or the head of a file that somebody shows.

const MAX = 200

function isObject(value: unknown): value is { [name: string]: unknown } {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** What a text of JSON holds, also where its end is cut off: then without the member that is not whole. */
export function readCut(text: string): unknown {
  try {
    return JSON.parse(text) as unknown
  } catch {
    const open: string[] = []
    let whole = ''
    let quoted = false
    for (let i = 0; i < text.length; i++) {
      const c = text[i]
      if (c === '\\' && quoted) i++
      else if (c === '"') quoted = !quoted
      else if (quoted) continue
      else if (c === '{' || c === '[') open.push(c === '{' ? '}' : ']')
      else if (c === '}' || c === ']') open.pop()
      else if (c === ',') whole = text.slice(0, i) + open.toReversed().join('')
    }
    try {
      return JSON.parse(whole) as unknown
    } catch {
      return null
    }
  }
}

function gather(value: unknown, before: string, into: Set<string>) {
  if (!isObject(value)) return
  for (const [name, member] of Object.entries(value)) {
    const path = before + name
    if (isObject(member) && Object.keys(member).length > 0) gather(member, `${path}.`, into)
    else if (into.size < MAX) into.add(path)
  }
}

/** The fields of these items, as paths: id, customer.email. */
export function fieldsOf(texts: readonly string[]): string[] {
  const found = new Set<string>()
  for (const text of texts) gather(readCut(text), '', found)
  return [...found]
}

const DELIMITERS: [string, string][] = [[',', ','], [';', ';'], ['\t', 'tab'], ['|', '|']]

/** One line of CSV. */
function cells(line: string, delimiter: string): string[] {
  return [...line.matchAll(new RegExp(`(?:^|[${delimiter}])(?:"((?:[^"]|"")*)"|([^${delimiter}]*))`, 'g'))].map(([, quoted, plain]) => (quoted?.replaceAll('""', '"') ?? plain ?? '').trim())
}

export type Head = { format: 'csv' | 'jsonl'; delimiter: string | null; columns: string[] }

/** Columns of a file by its beginning: the head of CSV, the fields of JSON lines. */
export function headOf(text: string): Head {
  const lines = text.replace(/^\uFEFF/, '').split(/\r?\n/).filter((line) => line.trim() !== '')
  const first = lines[0] ?? ''
  if (first.startsWith('{')) return { format: 'jsonl', delimiter: null, columns: fieldsOf(lines.slice(0, 20)) }
  const ways = DELIMITERS.map(([sign, name]) => ({ name, columns: cells(first, sign === '|' ? '\\|' : sign) }))
  const best = ways.reduce((a, b) => (b.columns.length > a.columns.length ? b : a))
  return { format: 'csv', delimiter: best.name, columns: best.columns.filter((column) => column !== '').slice(0, MAX) }
}
