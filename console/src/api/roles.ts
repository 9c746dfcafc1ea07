// SPDX-License-Identifier: Apache-2.0
// Generated from openapi/patron.json by tools/gen_api.mjs (./dev gen): edit openapi/ instead.

export const permissions = ['sources.read', 'sources.write', 'events.read', 'quarantine.write', 'imports.read', 'imports.write', 'plans.read', 'plans.write', 'profiles.read', 'profiles.write', 'computed.read', 'computed.write', 'identity.configure', 'views.write', 'system.read', 'system.write', 'people.read', 'people.write', 'tokens.read', 'tokens.write', 'destinations.read', 'destinations.write', 'consent.read', 'consent.write', 'connectors.read', 'connectors.write', 'privacy.read', 'privacy.write', 'privacy.approve', 'analytics.read', 'reports.write', 'desk.report', 'desk.read', 'desk.write', 'desk.policy', 'audit.read'] as const

export type Permission = (typeof permissions)[number]

/** What a role may do; the description itself says it in words. */
export const roles: Record<string, readonly Permission[]> = {
  owner: ['sources.read', 'sources.write', 'events.read', 'quarantine.write', 'imports.read', 'imports.write', 'plans.read', 'plans.write', 'profiles.read', 'profiles.write', 'computed.read', 'computed.write', 'identity.configure', 'views.write', 'system.read', 'system.write', 'people.read', 'people.write', 'tokens.read', 'tokens.write', 'audit.read', 'destinations.read', 'destinations.write', 'consent.read', 'consent.write', 'connectors.read', 'connectors.write', 'privacy.read', 'privacy.write', 'privacy.approve', 'analytics.read', 'reports.write', 'desk.report', 'desk.read', 'desk.write', 'desk.policy'],
  admin: ['sources.read', 'sources.write', 'events.read', 'quarantine.write', 'imports.read', 'imports.write', 'plans.read', 'plans.write', 'profiles.read', 'profiles.write', 'computed.read', 'computed.write', 'identity.configure', 'views.write', 'system.read', 'system.write', 'people.read', 'people.write', 'tokens.read', 'tokens.write', 'audit.read', 'destinations.read', 'destinations.write', 'consent.read', 'consent.write', 'connectors.read', 'connectors.write', 'privacy.read', 'privacy.write', 'privacy.approve', 'analytics.read', 'reports.write', 'desk.report', 'desk.read', 'desk.write', 'desk.policy'],
  engineer: ['sources.read', 'sources.write', 'events.read', 'quarantine.write', 'imports.read', 'imports.write', 'plans.read', 'plans.write', 'profiles.read', 'computed.read', 'computed.write', 'identity.configure', 'views.write', 'system.read', 'tokens.read', 'tokens.write', 'destinations.read', 'destinations.write', 'consent.read', 'connectors.read', 'connectors.write', 'analytics.read', 'reports.write'],
  analyst: ['sources.read', 'events.read', 'imports.read', 'plans.read', 'profiles.read', 'computed.read', 'computed.write', 'system.read', 'destinations.read', 'consent.read', 'connectors.read', 'analytics.read', 'reports.write', 'desk.read'],
  agent: ['profiles.read', 'profiles.write', 'computed.read', 'consent.read', 'consent.write', 'privacy.read', 'privacy.write', 'desk.report', 'desk.read', 'desk.write'],
  privacy: ['profiles.read', 'consent.read', 'consent.write', 'audit.read', 'system.read', 'destinations.read', 'privacy.read', 'privacy.write', 'privacy.approve'],
  auditor: ['system.read', 'people.read', 'tokens.read', 'audit.read', 'analytics.read'],
}
