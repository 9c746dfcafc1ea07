// SPDX-License-Identifier: Apache-2.0
import { msg } from '@lingui/core/macro'
import type { Feature } from '@/base/feature'

export { decide, type MailIn, type MailOut, useTicketMails } from './model'

/** Among the tabs of the desk. */
export const mailboxesFeature: Feature = {
  name: 'mailboxes',
  group: 'tab',
  title: msg`Mailboxes`,
  icon: 'mail',
  path: '/desk/mailboxes',
  permission: 'desk.policy',
  pages: [
    { path: '/desk/mailboxes', page: () => import('./pages/MailboxesPage').then((m) => m.MailboxesPage), early: ['/api/v1/mailboxes'] },
    { path: '/desk/mailboxes/new', page: () => import('./pages/MailboxPage').then((m) => m.MailboxPage) },
    { path: '/desk/mailboxes/$id', page: () => import('./pages/MailboxPage').then((m) => m.MailboxPage), early: ['/api/v1/mailboxes/$id'] },
  ],
  commands: [
    { title: msg`Add a mailbox`, path: '/desk/mailboxes/new', permission: 'desk.policy' },
    { title: msg`Mail in quarantine`, path: '/desk/mailboxes?show=quarantine', permission: 'desk.policy' },
  ],
}
