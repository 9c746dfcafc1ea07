// SPDX-License-Identifier: Apache-2.0
// What a page shows when there is nothing to show, or not yet, or not any more.
import { Trans, useLingui } from '@lingui/react/macro'
import { Button } from '@mantine/core'
import type { ReactNode } from 'react'
import { ApiError } from '@/api/client'
import { useFormat } from '@/base/format'
import { type Permission, rolesWith, useMay } from '@/base/session'
import { ButtonLink } from './LinkTo'
import { roleName } from './roles'

function Drawing({ kind }: { kind: 'empty' | 'error' | 'locked' | 'lost' }) {
  return (
    <svg className="pt-drawing" aria-hidden="true" width="120" height="72" viewBox="0 0 120 72" fill="none" strokeWidth="1.5" strokeLinecap="round" strokeLinejoin="round">
      <path className="pt-drawing-line" d="M8 62h104M22 62V22h76v40M22 32h76" />
      {kind === 'empty' && <path className="pt-drawing-mark" d="M34 42h24M34 50h14M78 40v14M71 47h14" />}
      {kind === 'error' && <path className="pt-drawing-mark" d="M34 42h24M34 50h14M74 41l12 12M86 41 74 53" />}
      {kind === 'locked' && <path className="pt-drawing-mark" d="M52 44h16v12H52zM55 44v-3a5 5 0 0 1 10 0v3" />}
      {kind === 'lost' && <path className="pt-drawing-mark" d="M34 42h24M34 50h14M76 43a4 4 0 1 1 5 4v3M81 54v.1" />}
    </svg>
  )
}

function State({ kind, title, children, action, role, page = false }: {
  kind: 'empty' | 'error' | 'locked' | 'lost'
  /** It stands for the whole page: its title is the page's. */
  page?: boolean
  title: string
  children?: ReactNode
  action?: ReactNode
  role?: 'alert'
}) {
  return (
    <div className="pt-state" role={role}>
      <Drawing kind={kind} />
      {page ? <h1>{title}</h1> : <h2>{title}</h2>}
      {children !== undefined && <div className="pt-state-text">{children}</div>}
      {action}
    </div>
  )
}

/** Nothing there yet: what it is, and the one thing to do. */
export function Empty({ title, children, action }: { title: string; children?: ReactNode; action?: ReactNode }) {
  return <State kind="empty" title={title} action={action}>{children}</State>
}

/** What went wrong in words a person can act on. */
export function errorText(error: unknown): string {
  if (error instanceof ApiError) return error.detail || error.title
  return error instanceof Error ? error.message : String(error)
}

/** What happened, what is safe, and retry. */
export function Failed({ error, retry }: { error: unknown; retry?: (() => void) | undefined }) {
  const { t } = useLingui()
  const unreachable = error instanceof ApiError && error.status === 0
  return (
    <State
      kind="error" role="alert" title={unreachable ? t`The server cannot be reached` : t`This could not be loaded`}
      action={retry && <Button onClick={retry}><Trans>Try again</Trans></Button>}
    >
      {unreachable
        ? <Trans>Nothing is lost: what has been saved stands on the server, and this page goes on by itself once it answers.</Trans>
        : <><span className="pt-ltr">{errorText(error)}</span><br /><Trans>Nothing was changed.</Trans></>}
    </State>
  )
}

export function Forbidden({ permission }: { permission: Permission }) {
  const { t, i18n } = useLingui()
  const list = new Intl.ListFormat(i18n.locale, { type: 'disjunction' }).format(rolesWith(permission).map((role) => roleName(i18n, role)))
  return (
    <State page kind="locked" title={t`Your role does not include this`}>
      <Trans>It needs the permission <code className="pt-ltr">{permission}</code>, held by: {list}. An owner or admin can change your role under People and roles.</Trans>
    </State>
  )
}

export function NotFound({ what }: { what?: string }) {
  const { t } = useLingui()
  return (
    <State page kind="lost" title={what ?? t`There is no such page`} action={<ButtonLink href="/"><Trans>To the start page</Trans></ButtonLink>}>
      <Trans>It may have been removed, or the address has a slip in it.</Trans>
    </State>
  )
}

/** Grey bars in the size of what will stand there. */
export function Skeleton({ rows = 6, height }: { rows?: number; height?: number }) {
  const { t } = useLingui()
  return (
    <div role="status" aria-label={t`Loading`} className="pt-skeleton">
      {Array.from({ length: rows }, (_, i) => i).map((i) => <div key={i} style={height === undefined ? undefined : { height }} />)}
    </div>
  )
}

/** Shown above data that could not be renewed. */
export function StaleNote({ since, error, retry }: { since: number; error: unknown; retry: () => void }) {
  const format = useFormat()
  const time = format.time(since)
  return (
    <div className="pt-banner pt-warn" role="status">
      <span><Trans>Not renewed since {time}: <span className="pt-ltr">{errorText(error)}</span></Trans></span>
      <Button size="compact-xs" onClick={retry}><Trans>Try again</Trans></Button>
    </div>
  )
}

/** What it takes of a query, one of pages too. */
type Query<T> = { data: T | undefined; isError: boolean; error: unknown; dataUpdatedAt: number; refetch: () => unknown }

/** The states of a query around what it gives: loading, failed, stale, there. */
export function Loaded<T>({ query, rows, children }: { query: Query<T>; rows?: number; children: (data: T) => ReactNode }) {
  const retry = () => void query.refetch()
  if (query.data === undefined) {
    return query.isError ? <Failed error={query.error} retry={retry} /> : <Skeleton {...(rows === undefined ? {} : { rows })} />
  }
  return (
    <>
      {query.isError && <StaleNote since={query.dataUpdatedAt} error={query.error} retry={retry} />}
      {children(query.data)}
    </>
  )
}

/** Children for those who may; for others nothing, or the page that says who can grant it. */
export function Allowed({ permission, page = false, children }: { permission: Permission | null; page?: boolean; children: ReactNode }) {
  const may = useMay(permission)
  if (may) return <>{children}</>
  return page && permission !== null ? <Forbidden permission={permission} /> : null
}
