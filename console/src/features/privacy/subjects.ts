// SPDX-License-Identifier: Apache-2.0
// Whom a new request is about, as chosen in the form.
import type { Kind, PrivacyRequest, Subject } from './model'

export const SUBJECTS_MAX = 1000

/** What identifiers are mostly erased by; any other type can be typed. */
export const TYPES = ['email', 'phone', 'user_id', 'loyalty_card', 'anonymous_id', 'device_id'] as const

export function subjectKey(subject: Subject): string {
  return subject.id ?? `${subject.type ?? ''}:${subject.value ?? ''}`
}

/** With one more at the end, each once. */
export function withSubject(all: readonly Subject[], added: Subject): Subject[] {
  const key = subjectKey(added)
  return all.length >= SUBJECTS_MAX || all.some((one) => subjectKey(one) === key) ? [...all] : [...all, added]
}

/** Whether one more may be added: an export is of one person. */
export function hasRoom(kind: Kind, count: number): boolean {
  return count < (kind === 'export' ? 1 : SUBJECTS_MAX)
}

/** What is typed to confirm an erasure: the name of whom it is about, where that is one and can be typed as it is read; else a plain word. */
export function typedWord({ label, persons }: Pick<PrivacyRequest, 'label' | 'persons'>, plain: string): string {
  return persons === 1 && label !== '' && label.length <= 60 && label === label.trim().replace(/\s+/g, ' ') ? label : plain
}
