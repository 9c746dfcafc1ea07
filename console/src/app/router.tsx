// SPDX-License-Identifier: Apache-2.0
import { Trans, useLingui } from '@lingui/react/macro'
import { createRootRoute, createRoute, createRouter, lazyRouteComponent, Navigate } from '@tanstack/react-router'
import { type Feature, openFeatures, type PageDefinition } from '@/base/feature'
import { loadTexts } from '@/base/i18n'
import { useSession } from '@/base/session'
import { parseSearch, stringifySearch } from '@/base/url'
import { Allowed, Empty, NotFound } from '@/ui/states'
import { PageError } from './ErrorBoundary'
import { features, startOf } from './features'
import { Gate } from './Gate'

const root = createRootRoute({ component: Gate, notFoundComponent: () => <NotFound />, errorComponent: PageError })

function Start() {
  const session = useSession()
  const { t } = useLingui()
  const open = openFeatures(session, features).filter((f) => f.group !== 'own')
  const wanted = open.find((f) => f.path === startOf[session?.role ?? '']) ?? open[0]
  if (wanted) return <Navigate to={wanted.path} replace />
  return <Empty title={t`Nothing here for your role yet`}><Trans>An owner or admin can change your role under People and roles.</Trans></Empty>
}

const start = createRoute({ getParentRoute: () => root, path: '/', component: Start })

function routeOf(feature: Feature, definition: PageDefinition) {
  const permission = definition.permission ?? feature.permission
  const load = async () => {
    const [Page] = await Promise.all([definition.page(), loadTexts(feature.name)])
    return { Page: () => <Allowed permission={permission} page><Page /></Allowed> }
  }
  return createRoute({ getParentRoute: () => root, path: definition.path, component: lazyRouteComponent(load, 'Page') })
}

/** Left out of a build, with what it imports. */
const gallery = import.meta.env.DEV
  ? [createRoute({ getParentRoute: () => root, path: '/gallery', component: lazyRouteComponent(() => import('./Gallery'), 'Gallery') })]
  : []

export const router = createRouter({
  routeTree: root.addChildren([start, ...gallery, ...features.flatMap((f) => f.pages.map((p) => routeOf(f, p)))]),
  defaultPreload: 'intent',
  defaultPendingMs: 200,
  scrollRestoration: false,
  parseSearch,
  stringifySearch,
  defaultErrorComponent: PageError,
  defaultNotFoundComponent: () => <NotFound />,
})
