// SPDX-License-Identifier: Apache-2.0
// What of a person's standard forms belongs to one trait.
import type { Profile } from './model'

type All = Profile['standard']
export type Problem = 'form' | 'number' | 'postal_code'
export type From = NonNullable<NonNullable<All['phone']>['country_from']>

export type Standard =
  | { kind: 'email'; text: string; role: boolean; meant: string | null; problem: Problem | null }
  | { kind: 'phone'; text: string; country: string | null; from: From | null; problem: Problem | null }
  | { kind: 'name'; text: string; given: string | null; full: string | null; family: string | null; problem: null }
  | { kind: 'address'; text: string; country: string | null; problem: Problem | null }

type Said = { name: string; value: unknown }

const joined = (parts: (string | null)[], between: string) => parts.filter((part) => part !== null && part !== '').join(between)

function nameOf(name: NonNullable<All['name']>, trait: string): Standard {
  const first = /^first/i.test(trait)
  const last = /^last/i.test(trait)
  const given = last ? null : name.given
  const family = first ? null : name.family
  return { kind: 'name', text: joined([given, family], ' · '), given, full: last ? null : name.given_full, family, problem: null }
}

/** A trait of its own has its part, the object all of it. */
function addressOf(address: NonNullable<All['address']>, trait: string): Standard {
  const street = joined([address.street, address.number], ' ')
  const parts: Record<string, string | null> = { street, city: address.city, zip: address.postal_code, postalCode: address.postal_code, postal_code: address.postal_code, country: address.country }
  const whole = joined([street, joined([address.postal_code, address.city], ' '), address.country], ', ')
  const coded = trait === 'address' || /^(zip|postal)/.test(trait)
  return { kind: 'address', text: trait in parts ? (parts[trait] ?? '') : whole, country: address.country, problem: coded ? address.problem : null }
}

function formOf(all: All, trait: string): Standard | null {
  if (all.email?.trait === trait) return { kind: 'email', text: all.email.value ?? '', role: all.email.role, meant: all.email.meant, problem: all.email.problem }
  if (all.phone?.trait === trait) return { kind: 'phone', text: all.phone.value ?? '', country: all.phone.country, from: all.phone.country_from, problem: all.phone.problem }
  if (all.name?.traits.includes(trait)) return nameOf(all.name, trait)
  if (all.address?.traits.includes(trait)) return addressOf(all.address, trait)
  return null
}

/** Null: none, or one that says no more than the value does. */
export function standardOf(all: All, { name, value }: Said): Standard | null {
  const form = formOf(all, name)
  if (form === null) return null
  const more = form.problem !== null || form.kind === 'phone' || (form.kind === 'email' && (form.role || form.meant !== null)) || (form.kind === 'name' && form.full !== null)
  return more || (form.text !== '' && form.text.toLowerCase() !== String(value).trim().toLowerCase()) ? form : null
}
