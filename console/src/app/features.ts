// SPDX-License-Identifier: Apache-2.0
// The areas of the console, in the order of the rail. A feature is added by its folder and a line here.
import type { Feature } from '@/base/feature'
import { adoptionFeature } from '@/features/adoption'
import { auditFeature } from '@/features/audit'
import { commerceFeature } from '@/features/commerce'
import { computedFeature } from '@/features/computed'
import { connectorsFeature } from '@/features/connectors'
import { consentFeature } from '@/features/consent'
import { customersFeature } from '@/features/customers'
import { debuggerFeature } from '@/features/debugger'
import { deskFeature } from '@/features/desk'
import { destinationsFeature } from '@/features/destinations'
import { exploreFeature } from '@/features/explore'
import { healthFeature } from '@/features/health'
import { identityFeature } from '@/features/identity'
import { importsFeature } from '@/features/imports'
import { insightFeature } from '@/features/insight'
import { mailboxesFeature } from '@/features/mailboxes'
import { notificationsFeature } from '@/features/notifications'
import { peopleFeature } from '@/features/people'
import { plansFeature } from '@/features/plans'
import { portalFeature } from '@/features/portal'
import { privacyFeature } from '@/features/privacy'
import { pullsFeature } from '@/features/pulls'
import { qualityFeature } from '@/features/quality'
import { quarantineFeature } from '@/features/quarantine'
import { routingFeature } from '@/features/routing'
import { settingsFeature } from '@/features/settings'
import { sourcesFeature } from '@/features/sources'
import { triageFeature } from '@/features/triage'
import { youFeature } from '@/features/you'

export const features: readonly Feature[] = [
  customersFeature,
  deskFeature,
  routingFeature,
  triageFeature,
  mailboxesFeature,
  insightFeature,
  commerceFeature,
  portalFeature,
  exploreFeature,
  sourcesFeature,
  qualityFeature,
  debuggerFeature,
  quarantineFeature,
  importsFeature,
  connectorsFeature,
  pullsFeature,
  destinationsFeature,
  adoptionFeature,
  plansFeature,
  computedFeature,
  identityFeature,
  consentFeature,
  privacyFeature,
  healthFeature,
  peopleFeature,
  auditFeature,
  settingsFeature,
  youFeature,
  notificationsFeature,
]

/** Where a person of that role begins; else at the first area they may see. */
export const startOf: Record<string, string> = {
  owner: '/sources',
  admin: '/sources',
  engineer: '/sources',
  analyst: '/live',
  auditor: '/audit',
  agent: '/desk',
  store: '/portal',
  privacy: '/privacy',
}
