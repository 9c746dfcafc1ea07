// SPDX-License-Identifier: Apache-2.0
// A view's state lives in its address, so that a link restores it.
import { useNavigate, useParams, useSearch } from '@tanstack/react-router'
import { useCallback } from 'react'

export type SearchText = Record<string, string>

/** ?a=1&b=x as texts; the last of two with one name. */
export function parseSearch(text: string): SearchText {
  return Object.fromEntries(new URLSearchParams(text))
}

/** What is undefined, null or empty is left out, so that a plain view has a plain address. */
export function stringifySearch(search: Record<string, unknown>): string {
  const out = new URLSearchParams()
  for (const [name, value] of Object.entries(search)) {
    if (value !== undefined && value !== null && value !== '') out.set(name, String(value))
  }
  const text = out.toString()
  return text === '' ? '' : `?${text}`
}

type Change = Record<string, string | number | boolean | null | undefined>

/** The search part of the address as texts, and how to change some of them ('' or null takes one out). */
export function useUrl(): [SearchText, (change: Change, how?: { push?: boolean }) => void] {
  const search = useSearch({ strict: false }) as SearchText
  const navigate = useNavigate()
  const set = useCallback(
    (change: Change, how?: { push?: boolean }) =>
      void navigate({ to: '.', search: (before: object) => ({ ...before, ...change }), replace: !how?.push, resetScroll: false } as never),
    [navigate],
  )
  return [search, set]
}

/** A part of the path: $name of the page's definition. */
export function useParam(name: string): string {
  const params = useParams({ strict: false }) as Record<string, string | undefined>
  return params[name] ?? ''
}

/** One of a list, or the first. */
export function oneOf<T extends string>(value: string | undefined, all: readonly [T, ...T[]]): T {
  return all.find((one) => one === value) ?? all[0]
}

/** '/live?source=1' as the router takes it. */
export function splitHref(href: string): { to: string; search: SearchText } {
  const at = href.indexOf('?')
  return at < 0 ? { to: href, search: {} } : { to: href.slice(0, at), search: parseSearch(href.slice(at)) }
}

/** Goes to an address of the console, with or without a search part. */
export function useGo(): (href: string) => void {
  const navigate = useNavigate()
  return useCallback((href: string) => void navigate(splitHref(href) as never), [navigate])
}
