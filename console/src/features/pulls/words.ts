// SPDX-License-Identifier: Apache-2.0
// The server's words in the language of the console.
import type { MessageDescriptor } from '@lingui/core'
import { msg } from '@lingui/core/macro'
import type { Tone } from '@/ui/bits'
import type { DropFile, Pull, PullPreview, PullRun } from './model'
import type { FolderState, PullState } from './state'

type Word = { name: MessageDescriptor; tone: Tone }

export const pullStates: Record<PullState, Word> = {
  stopped: { name: msg`Stopped`, tone: 'bad' },
  failing: { name: msg`Failing`, tone: 'warn' },
  running: { name: msg`Running`, tone: 'accent' },
  waiting: { name: msg`Not run yet`, tone: 'plain' },
  well: { name: msg`Well`, tone: 'good' },
  off: { name: msg`Switched off`, tone: 'plain' },
}

export const outcomes: Record<PullRun['outcome'], Word> = {
  running: { name: msg`Running`, tone: 'accent' },
  done: { name: msg`Done`, tone: 'good' },
  more: { name: msg`Goes on`, tone: 'good' },
  failed: { name: msg`Failed`, tone: 'warn' },
  stopped: { name: msg`Stopped`, tone: 'bad' },
  interrupted: { name: msg`Interrupted`, tone: 'plain' },
}

export const causes: Record<PullRun['cause'], MessageDescriptor> = { schedule: msg`by its schedule`, retry: msg`after a failure`, person: msg`by a person` }

// as they stand in an address
const cursor = '{cursor}'
const since = '{since}'

export const pagings: Record<Pull['paging'], { name: MessageDescriptor; help: MessageDescriptor }> = {
  none: { name: msg`One page`, help: msg`The answer holds all there is.` },
  link: { name: msg`Next link`, help: msg`Each answer names the address of the next page, in its body or its Link header.` },
  cursor: { name: msg`Cursor`, help: msg`Each answer holds a text that asks for the next page: it takes the place of ${cursor} in the address.` },
  page: { name: msg`Page number`, help: msg`${cursor} in the address counts up until a page is empty.` },
  since: { name: msg`Since the newest`, help: msg`${since} in the address moves to the newest instant of each page, until it does not move.` },
}

export const auths: Record<Pull['auth'], MessageDescriptor> = { none: msg`None`, basic: msg`User and password`, bearer: msg`Bearer token`, header: msg`A header of its own` }

export const previewOutcomes: Record<PullPreview['data'][number]['outcome'], Word> = {
  event: { name: msg`Event`, tone: 'good' },
  skipped: { name: msg`Left out`, tone: 'plain' },
  refused: { name: msg`Refused`, tone: 'bad' },
}

export const folderStates: Record<FolderState, Word> = {
  problem: { name: msg`Not watched`, tone: 'bad' },
  watched: { name: msg`Watched`, tone: 'good' },
  off: { name: msg`Switched off`, tone: 'plain' },
}

export const fileStates: Record<DropFile['state'], Word> = {
  importing: { name: msg`Importing`, tone: 'accent' },
  done: { name: msg`Done`, tone: 'good' },
  repeated: { name: msg`Known already`, tone: 'plain' },
  failed: { name: msg`Failed`, tone: 'bad' },
}
