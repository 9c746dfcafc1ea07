// SPDX-License-Identifier: Apache-2.0
// What a model's counts say: who is taken for whom, the first rows of a file.
import type { Model } from './model'

export type Confusion = { labels: string[]; /** [is][said] */ counts: number[][]; /** texts whose label the model has not */ foreign: number }

/** As a square, the labels with most texts first; of more than `most` the others are left out. */
export function squareOf(metrics: Pick<Model['metrics'], 'categories' | 'confusion'>, most = 20): Confusion & { left: number } {
  const all = [...metrics.categories].sort((a, b) => b.texts - a.texts || a.label.localeCompare(b.label))
  const labels = all.slice(0, most).map((one) => one.label)
  const at = new Map(labels.map((label, i) => [label, i]))
  const counts = labels.map(() => labels.map(() => 0))
  let foreign = 0
  for (const { is, said, count } of metrics.confusion) {
    const [row, column] = [at.get(is), at.get(said)]
    if (is === '') foreign += count
    else if (row !== undefined && column !== undefined) (counts[row] as number[])[column] = count
  }
  return { labels, counts, foreign, left: all.length - labels.length }
}

/** Most often taken for something else, the worst first. */
export function mistakesOf(metrics: Pick<Model['metrics'], 'confusion'>, most = 5) {
  return metrics.confusion.filter((one) => one.is !== one.said && one.is !== '').sort((a, b) => b.count - a.count).slice(0, most)
}

export type Preview = { format: 'csv' | 'jsonl'; lines: number; first: string[] }

/** What a file looks like before it is sent; the server says which of its rows are wrong. */
export function previewOf(text: string, most = 5): Preview {
  const lines = text.split(/\r?\n/).filter((line) => line.trim() !== '')
  const format = text.trimStart().startsWith('{') ? 'jsonl' : 'csv'
  return { format, lines: Math.max(0, lines.length - (format === 'csv' ? 1 : 0)), first: lines.slice(0, most) }
}
