// SPDX-License-Identifier: Apache-2.0
// A mailbox as its form holds it: everything said, so that each field has a value; what is empty is not sent.
import { slugOf } from '@/base/slug'
import type { Mailbox, Server, Settings, Template, TemplateKind } from './model'

export type ServerDraft = { host: string; port: number; tls: NonNullable<Server['tls']>; user: string; auth: NonNullable<Server['auth']>; ca_file: string }
export type Draft = Required<Omit<Settings, 'imap' | 'smtp'>> & { name: string; imap: ServerDraft; smtp: ServerDraft }

const PORTS = { imap: { tls: 993, starttls: 143, plain: 143 }, smtp: { tls: 465, starttls: 587, plain: 25 } } as const

/** The port of a way to connect, where nobody has said another. */
export function withTls(which: 'imap' | 'smtp', server: ServerDraft, tls: ServerDraft['tls']): ServerDraft {
  return { ...server, tls, port: server.port === PORTS[which][server.tls] ? PORTS[which][tls] : server.port }
}

const serverOf = (which: 'imap' | 'smtp', server: Server | undefined): ServerDraft => ({ host: '', port: PORTS[which].tls, tls: 'tls', user: '', auth: 'password', ca_file: '', ...server })

export function draftOf(mailbox: Mailbox | null): Draft {
  const { imap, smtp, ...rest } = mailbox?.settings ?? { address: '' }
  return {
    name: mailbox?.name ?? '', from: '', folder: 'INBOX', done_folder: '', dkim_domain: '', dkim_selector: '', type: 'incident', queue: '', category: '', join: false, cc: false, quote: false, reply: 'address',
    lists: 'file', automatic: 'ticket', hourly: 100, automatic_hourly: 5, language: 'en', templates: [], ...rest, imap: serverOf('imap', imap), smtp: serverOf('smtp', smtp),
  }
}

function said<T extends object>(record: T): T {
  return Object.fromEntries(Object.entries(record).filter(([, value]) => value !== '' && !(Array.isArray(value) && value.length === 0))) as T
}

export function settingsOf({ name: _, imap, smtp, ...rest }: Draft): Settings {
  return { ...said(rest), address: rest.address, templates: rest.templates, ...(imap.host === '' ? {} : { imap: said(imap) }), ...(smtp.host === '' ? {} : { smtp: said(smtp) }) }
}

export function templateOf(templates: readonly Template[], kind: TemplateKind, language: string): Template | undefined {
  return templates.find((one) => one.kind === kind && (one.language ?? '') === language)
}

/** With another text of a kind and language; null: the default holds again. */
export function withTemplate(templates: readonly Template[], kind: TemplateKind, language: string, text: { subject: string; text: string } | null): Template[] {
  const others = templates.filter((one) => one.kind !== kind || (one.language ?? '') !== language)
  return text === null ? others : [...others, { kind, ...(language === '' ? {} : { language }), ...text }]
}

const PLACEHOLDERS = ['key', 'title', 'text', 'requester', 'survey'] as const
export type Sample = Record<(typeof PLACEHOLDERS)[number], string>

/** As it will be read; a placeholder that there is none of stays as it stands. */
export function filled(template: string, sample: Sample): string {
  return template.replace(/\{\{\s*(\w+)\s*\}\}/g, (whole, name: string) => (Object.hasOwn(sample, name) ? sample[name as keyof Sample] : whole))
}

/** Placeholders of a text that there are none of: they would be sent as they stand. */
export function unknownIn(template: string): string[] {
  return [...template.matchAll(/\{\{\s*(\w+)\s*\}\}/g)].flatMap(([, name]) => (name !== undefined && !(PLACEHOLDERS as readonly string[]).includes(name) ? [name] : []))
}

/** An id out of an address or a name: small letters, digits and _, the first a letter. */
export function idFrom(text: string): string {
  const plain = slugOf(text.replace(/@.*$/, ''))
  return plain === '' || plain === 'new' ? 'mailbox' : plain
}
