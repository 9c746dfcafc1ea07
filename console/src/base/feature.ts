// SPDX-License-Identifier: Apache-2.0
// What a feature tells the shell about itself. Its index.ts holds one of these and nothing heavy: pages are loaded when opened.
import type { MessageDescriptor } from '@lingui/core'
import type { ComponentType } from 'react'
import type { IconName } from '@/ui/icons'
import { mayDo, type Permission, type Session } from './session'

export type PageDefinition = {
  /** '/sources' or '/sources/$id'; unique among all features. */
  path: string
  /** Loads the page; the feature's texts come along. */
  page: () => Promise<ComponentType>
  /** Without it the page says who can grant it. */
  permission?: Permission
  /**
   * What the page reads first: asked for by the page's head (tools/early.ts), so it must be what the page will ask, word by word. `$id`: the path's
   * part; `$hour-167`: begin of the hour that is so many before this one.
   */
  early?: string[]
}

export type Feature = {
  /** The folder's name below features/. */
  name: string
  /** Which part of the rail; 'own' stands under the person's name instead, 'tab' among the tabs of another area. */
  group: 'front' | 'data' | 'system' | 'own' | 'tab'
  title: MessageDescriptor
  icon: IconName
  /** Where the rail leads. */
  path: string
  /** Null: everybody who is signed in. */
  permission: Permission | null
  /** Pressed after g. One letter, unique among all features; none for an area among the tabs of another. */
  key?: string
  pages: PageDefinition[]
  /** Its pages side by side, where there are several (`AreaTabs`); pages of features of group 'tab' among them. */
  tabs?: AreaTab[]
  /** What the command palette offers besides opening the pages. */
  commands?: Command[]
}

export type AreaTab = { path: string; title: MessageDescriptor; permission?: Permission }

export type Command = { title: MessageDescriptor; path: string; permission?: Permission }

/** The areas of which one may see a page; of an area whose first page is closed, path leads to the next that is open. */
export function openFeatures(session: Session | undefined, all: readonly Feature[]): Feature[] {
  return all.flatMap((feature) => {
    const pages = [{ path: feature.path, permission: feature.permission }, ...feature.pages]
    const open = pages.find((page) => !page.path.includes('$') && mayDo(session, page.permission === undefined ? feature.permission : page.permission))
    return open ? [{ ...feature, path: open.path }] : []
  })
}
