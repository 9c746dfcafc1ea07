// SPDX-License-Identifier: Apache-2.0
// A person's choices go with them to another browser: the account holds a copy, which the browser takes at sign-in.
import { useEffect } from 'react'
import { api, ok } from '@/api/client'
import { getPrefs, onPrefs, type Prefs, setPrefs } from '@/base/prefs'
import { useSession } from '@/base/session'

const REST_MS = 1000

/** What of the account's copy is of use to this console. */
export function prefsOf(copy: unknown): Partial<Prefs> {
  const given = (typeof copy === 'object' && copy !== null ? copy : {}) as Record<string, unknown>
  const out: Partial<Prefs> = {}
  if (given.theme === 'system' || given.theme === 'light' || given.theme === 'dark') out.theme = given.theme
  if (given.density === 'comfortable' || given.density === 'compact') out.density = given.density
  if (given.locale === 'en' || given.locale === 'ar') out.locale = given.locale
  if (given.zone === 'browser' || given.zone === 'UTC') out.zone = given.zone
  return out
}

/** Takes the account's copy once a person is there, and sends each later choice to it. */
export function usePrefsSync() {
  const account = useSession()?.account ?? null
  const id = account?.id
  useEffect(() => {
    if (!id || !account) return
    const own = prefsOf(account.preferences)
    if (Object.keys(own).length > 0) setPrefs(own)
    let sent = JSON.stringify(getPrefs())
    let timer: ReturnType<typeof setTimeout> | undefined
    const stop = onPrefs(() => {
      clearTimeout(timer)
      timer = setTimeout(() => {
        const now = JSON.stringify(getPrefs())
        if (now === sent) return
        sent = now
        // kept in this browser anyway: a failure costs nothing but the copy
        ok(api.PATCH('/api/v1/me', { body: { preferences: { ...getPrefs() } } })).catch(() => undefined)
      }, REST_MS)
    })
    return () => {
      clearTimeout(timer)
      stop()
    }
  }, [id])
}
