// SPDX-License-Identifier: Apache-2.0
// The policy of priorities as a document (docs/desk.md), and changes of it.
export const SCOPES = ['single', 'store', 'several', 'widespread'] as const
export type Scope = (typeof SCOPES)[number]
export type Cells = [number, number, number]
export type Counts = { stores?: number; tills?: number; customers?: number }
export type Category = { id: string; name: string; floor: number; touchpoint?: string; queue?: string; urgency?: string; escalate_min?: number; actions?: string[] }
export type Peak = { name: string; from: string; to: string; raise: number; touchpoints?: string[] }
export type Policy = {
  method: 'touchpoint' | 'impact_urgency'
  scopes: Partial<Record<'store' | 'several' | 'widespread', Counts>>
  touchpoints: Record<string, Partial<Record<Scope, Cells>>>
  impact_urgency: [Cells, Cells, Cells]
  categories: Category[]
  peaks: Peak[]
}

export const ACTIONS = ['major_incident', 'problem', 'change', 'vendor'] as const

export function withCell(policy: Policy, touchpoint: string, scope: Scope, urgency: number, priority: number): Policy {
  const row = policy.touchpoints[touchpoint] ?? {}
  const cells = [...(row[scope] ?? [3, 4, 5])] as Cells
  cells[urgency] = priority
  return { ...policy, touchpoints: { ...policy.touchpoints, [touchpoint]: { ...row, [scope]: cells } } }
}

export function withCount(policy: Policy, scope: 'store' | 'several' | 'widespread', what: keyof Counts, count: number): Policy {
  const { [what]: _, ...rest } = policy.scopes[scope] ?? {}
  return { ...policy, scopes: { ...policy.scopes, [scope]: count > 0 ? { ...rest, [what]: count } : rest } }
}

export function withCategory(policy: Policy, at: number, change: Partial<Category> | null): Policy {
  if (change === null) return { ...policy, categories: policy.categories.filter((_, i) => i !== at) }
  if (at >= policy.categories.length) return { ...policy, categories: [...policy.categories, { id: '', name: '', floor: 3, ...change }] }
  return {
    ...policy,
    categories: policy.categories.map((one, i) => {
      if (i !== at) return one
      const next = { ...one, ...change }
      // what is empty is left out: the server's own word for it holds
      return Object.fromEntries(Object.entries(next).filter(([name, value]) => name === 'name' || name === 'id' || (value !== undefined && value !== ''))) as Category
    }),
  }
}
