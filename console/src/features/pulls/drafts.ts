// SPDX-License-Identifier: Apache-2.0
// A pull is saved, switched off, before it is tried the first time; what was typed beyond that goes along to the page that edits it.
import type { PullForm } from './form'

const drafts = new Map<string, PullForm>()

export function handOver(id: string, form: PullForm) {
  drafts.set(id, form)
}

export const draftOf = (id: string): PullForm | undefined => drafts.get(id)

export function dropDraft(id: string) {
  drafts.delete(id)
}
