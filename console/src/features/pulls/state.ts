// SPDX-License-Identifier: Apache-2.0
import type { DropFile, Folder, Pull } from './model'

/** A pull's state in one word: what a person looks for first. */
export type PullState = 'stopped' | 'failing' | 'running' | 'waiting' | 'well' | 'off'

export function pullState(of: Pick<Pull, 'enabled' | 'running' | 'state' | 'runs'>): PullState {
  if (of.running) return 'running'
  if (of.state === 'stopped') return 'stopped'
  if (!of.enabled) return 'off'
  if (of.state === 'failing') return 'failing'
  return of.runs === 0 ? 'waiting' : 'well'
}

/** What is worst stands first in a list. */
export const PULL_STATES: readonly PullState[] = ['stopped', 'failing', 'running', 'waiting', 'well', 'off']

export type FolderState = 'problem' | 'watched' | 'off'

export function folderState(of: Pick<Folder, 'enabled' | 'problem'>): FolderState {
  if (!of.enabled) return 'off'
  return of.problem === null ? 'watched' : 'problem'
}

/** The file beside a dropped one that holds its refused rows, below the folder; null: there is none. */
export function errorsOf(file: Pick<DropFile, 'state' | 'placed' | 'refused'>): string | null {
  if (file.placed === null || file.state === 'importing' || file.state === 'repeated') return null
  return file.state === 'failed' || file.refused > 0 ? `${file.placed}.errors.csv` : null
}

/** The address without what a row of a list has no room for. */
export function shortUrl(url: string): string {
  return url.replace(/^https?:\/\//i, '').replace(/[?#].*$/, '').replace(/\/$/, '')
}
