// SPDX-License-Identifier: Apache-2.0
// A connector as it is typed, and what the server takes.
import type { Add, Connector, Edit, Kind } from './model'

export type Form = {
  name: string
  /** Id of a source; '' makes one. */
  source: string
  secret: string
  settings: Record<string, string>
}

export function formOf(of?: Connector): Form {
  return { name: of?.name ?? '', source: of?.source?.id ?? '', secret: '', settings: { ...of?.settings } }
}

/** Filled in by the console itself, as soon as the address is known. */
export const OWN_ADDRESS = 'notification_url'

/** What is missing before a connector can be added or saved: 'name', 'secret', 'settings.currency'. */
export function missingOf(form: Form, kind: Kind, anew: boolean): Set<string> {
  const missing = new Set<string>()
  if (form.name.trim() === '') missing.add('name')
  if (anew && kind.secret === 'given' && form.secret.trim() === '') missing.add('secret')
  for (const field of kind.fields) {
    const filled = (form.settings[field.name] ?? '').trim() !== '' || (anew && field.name === OWN_ADDRESS)
    if (field.required && !filled) missing.add(`settings.${field.name}`)
  }
  return missing
}

function settingsOf(form: Form, kind: Kind): Record<string, string> {
  return Object.fromEntries(kind.fields.map((field) => [field.name, (form.settings[field.name] ?? '').trim()]))
}

const given = (settings: Record<string, string>) => Object.fromEntries(Object.entries(settings).filter(([, value]) => value !== ''))

/** `origin` stands for the address that is part of the signature until the connector has one. */
export function addOf(form: Form, kind: Kind, origin: string): Add {
  const settings = given(settingsOf(form, kind))
  if (kind.fields.some((field) => field.name === OWN_ADDRESS)) settings[OWN_ADDRESS] ??= origin
  const secret = form.secret.trim()
  return {
    kind: kind.name, name: form.name.trim(), enabled: true, settings,
    ...(form.source === '' ? {} : { source: form.source }),
    ...(secret === '' ? {} : { secret }),
  }
}

/** What was changed alone, so that what others change stays. */
export function editOf(form: Form, kind: Kind, before: Connector): Edit {
  const was = formOf(before)
  const settings = settingsOf(form, kind)
  const changed = Object.fromEntries(Object.entries(settings).filter(([name, value]) => value !== (was.settings[name] ?? '')))
  return {
    ...(form.name.trim() === was.name ? {} : { name: form.name.trim() }),
    ...(form.source === was.source || form.source === '' ? {} : { source: form.source }),
    ...(Object.keys(changed).length === 0 ? {} : { settings: changed }),
  }
}
