// SPDX-License-Identifier: Apache-2.0
type CsvColumn<T> = { title: string; value?: (row: T) => string | number | boolean | null | undefined }

/** One value as RFC 4180 wants it. What a spreadsheet would take for a formula gets an apostrophe. */
export function csvField(value: string | number | boolean | null | undefined): string {
  if (value === null || value === undefined) return ''
  if (typeof value !== 'string') return String(value)
  const safe = /^[=+\-@\t\r]/.test(value) ? `'${value}` : value
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe
}

export function csvText<T>(columns: readonly CsvColumn<T>[], rows: readonly T[]): string {
  const told = columns.filter((c) => c.value !== undefined)
  const lines = [told.map((c) => csvField(c.title)), ...rows.map((row) => told.map((c) => csvField(c.value?.(row))))]
  return `${lines.map((line) => line.join(',')).join('\r\n')}\r\n`
}

export const saveText = (name: string, type: string, text: string) => saveBlob(name, new Blob([text], { type }))

export function saveBlob(name: string, blob: Blob) {
  const link = document.createElement('a')
  link.href = URL.createObjectURL(blob)
  link.download = name
  link.click()
  setTimeout(() => URL.revokeObjectURL(link.href), 10000)
}

export function saveCsv<T>(name: string, columns: readonly CsvColumn<T>[], rows: readonly T[]) {
  // the mark tells spreadsheets that this is UTF-8
  saveText(`${name}.csv`, 'text/csv;charset=utf-8', `\ufeff${csvText(columns, rows)}`)
}
