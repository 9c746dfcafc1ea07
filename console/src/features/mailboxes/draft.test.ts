// SPDX-License-Identifier: Apache-2.0
import { expect, it } from 'vitest'
import { draftOf, filled, idFrom, settingsOf, templateOf, unknownIn, withTemplate, withTls } from './draft'

const sample = { key: 'INC-1', title: 'T', text: 'X', requester: 'R', survey: 'S' }

it('what is empty is not sent, nor a server without a host', () => {
  const sent = settingsOf({ ...draftOf(null), address: 'a@b.example' })
  expect(sent).toMatchObject({ address: 'a@b.example', folder: 'INBOX', templates: [] })
  expect(Object.keys(sent)).not.toContain('imap')
  expect(Object.keys(sent)).not.toContain('queue')
})

it('a server is sent with what was said of it', () => {
  const draft = draftOf(null)
  expect(settingsOf({ ...draft, imap: { ...draft.imap, host: 'imap.example' } }).imap).toEqual({ host: 'imap.example', port: 993, tls: 'tls', auth: 'password' })
})

it('the port follows the encryption unless somebody said another', () => {
  const { smtp } = draftOf(null)
  expect(withTls('smtp', smtp, 'starttls').port).toBe(587)
  expect(withTls('smtp', { ...smtp, port: 2525 }, 'starttls').port).toBe(2525)
})

it('a template is of its kind and language, and can be taken back', () => {
  const some = withTemplate([], 'answer', 'de', { subject: 'S', text: 'T' })
  expect(templateOf(some, 'answer', 'de')?.text).toBe('T')
  expect(templateOf(some, 'answer', '')).toBeUndefined()
  expect(withTemplate(some, 'answer', 'de', null)).toEqual([])
})

it('placeholders are filled; those there are none of stay and are named', () => {
  expect(filled('{{key}}: {{title}} {{nothing}} {{toString}}', sample)).toBe('INC-1: T {{nothing}} {{toString}}')
  expect(unknownIn('{{key}} {{nothing}}')).toEqual(['nothing'])
})

it.each([['Night desk', 'night_desk'], ['support@shop.example', 'support'], ['7 Éclairs!', 'e_clairs'], ['new', 'mailbox'], ['***', 'mailbox']])('%s becomes %s', (name, id) => expect(idFrom(name)).toBe(id))
