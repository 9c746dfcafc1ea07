// SPDX-License-Identifier: Apache-2.0
// One's own notifications, and what one wants to be told. The pulse says when the list has changed.
import { useInfiniteQuery, useQuery } from '@tanstack/react-query'
import { useEffect, useRef } from 'react'
import { api, ok, type Schemas } from '@/api/client'
import { usePulse } from '@/base/pulse'
import { queries } from '@/base/session'

export type Notification = Schemas['Notification']
export type Kind = Schemas['NotificationKind']
export type Channel = Schemas['NotificationChannel']
export type Rule = Schemas['NotificationRule']
export type Settings = Schemas['NotificationSettings']
export type Device = Schemas['NotificationDevice']

const ALL = ['notifications'] as const
const PAGE = 50

export const KINDS: readonly Kind[] = [
  'mentioned', 'offered', 'assigned', 'major', 'breached', 'escalated', 'at_risk', 'answered', 'vendor_answered', 'survey_bad', 'major_updated', 'opened', 'changed', 'alert',
]
export const CHANNELS: readonly Channel[] = ['mail', 'push', 'webhook']

/** Asks again once the server says that the list is another. */
export function useFollow() {
  const notified = usePulse().history.at(-1)?.notified
  const seen = useRef(notified)
  useEffect(() => {
    if (seen.current !== undefined && notified !== seen.current) void queries.invalidateQueries({ queryKey: [...ALL, 'list'] })
    seen.current = notified
  }, [notified])
}

export function useUnread(enabled: boolean) {
  return useQuery({ queryKey: [...ALL, 'list', 'unread'], queryFn: async () => (await ok(api.GET('/api/v1/notifications', { params: { query: { limit: 1 } } }))).unread, enabled })
}

export function useNotifications(unread: boolean) {
  return useInfiniteQuery({
    queryKey: [...ALL, 'list', unread],
    initialPageParam: undefined as string | undefined,
    queryFn: ({ pageParam }) =>
      ok(api.GET('/api/v1/notifications', { params: { query: { limit: PAGE, ...(unread ? { unread } : {}), ...(pageParam === undefined ? {} : { cursor: pageParam }) } } })),
    getNextPageParam: (page) => page.next_cursor ?? undefined,
  })
}

const renewList = () => queries.invalidateQueries({ queryKey: [...ALL, 'list'] })

export async function markRead(ids: number[]): Promise<void> {
  await ok(api.POST('/api/v1/notifications/read', { body: { ids } }))
  await renewList()
}

export async function markAllRead(until: number): Promise<void> {
  await ok(api.POST('/api/v1/notifications/read-all', { body: { until } }))
  await renewList()
}

export function useSettings() {
  return useQuery({ queryKey: [...ALL, 'settings'], queryFn: () => ok(api.GET('/api/v1/notifications/settings')), refetchOnWindowFocus: false })
}

/** `webhook` undefined: as it is; '' takes it away. */
export async function saveSettings(s: Settings, webhook: string | undefined): Promise<void> {
  const { version, language, zone, quiet_from_min, quiet_until_min, quiet_not_p1, digest_every_min, digest_at_min, shape, own, rules } = s
  await ok(api.PUT('/api/v1/notifications/settings', {
    body: {
      version, language, zone, quiet_from_min, quiet_until_min, quiet_not_p1, digest_every_min, digest_at_min, shape,
      ...(own ? { rules } : {}), ...(webhook === undefined ? {} : { webhook_url: webhook }),
    },
  }))
  await queries.invalidateQueries({ queryKey: [...ALL, 'settings'] })
}

export function useDevices() {
  return useQuery({ queryKey: [...ALL, 'devices'], queryFn: async () => (await ok(api.GET('/api/v1/notifications/devices'))).data })
}

const renewDevices = () => queries.invalidateQueries({ queryKey: [...ALL, 'devices'] })

export async function removeDevice(id: string): Promise<void> {
  await ok(api.DELETE('/api/v1/notifications/devices/{id}', { params: { path: { id } } }))
  await renewDevices()
}

/** Whether this browser can take pushes at all: over TLS or on this machine only. */
export const canPush = () => 'serviceWorker' in navigator && 'PushManager' in window && window.isSecureContext

export async function addThisBrowser(pushKey: string, name: string): Promise<void> {
  await navigator.serviceWorker.register('/notify-worker.js')
  const worker = await navigator.serviceWorker.ready // one that is not active yet cannot subscribe
  const sub = (await (await worker.pushManager.subscribe({ userVisibleOnly: true, applicationServerKey: pushKey })).toJSON())
  await ok(api.POST('/api/v1/notifications/devices', { body: { name, endpoint: sub.endpoint ?? '', p256dh: sub.keys?.p256dh ?? '', auth: sub.keys?.auth ?? '' } }))
  await renewDevices()
}

export async function sendTest(channel: Channel, device?: string): Promise<void> {
  await ok(api.POST('/api/v1/notifications/test', { body: { channel, ...(device === undefined ? {} : { device }) } }))
}

/** Minutes of a day as a time field has them. */
export const toTime = (minutes: number) => `${String(Math.floor(minutes / 60)).padStart(2, '0')}:${String(minutes % 60).padStart(2, '0')}`

/** Null: it is no time. */
export function toMinutes(time: string): number | null {
  const found = /^([01]\d|2[0-3]):([0-5]\d)/.exec(time)
  return found ? Number(found[1]) * 60 + Number(found[2]) : null
}
