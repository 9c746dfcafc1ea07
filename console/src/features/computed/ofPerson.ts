// SPDX-License-Identifier: Apache-2.0
import { loadTexts } from '@/base/i18n'

/** For React's lazy: what a person has of them, on the page of another area, with its texts. */
export async function loadOfPerson() {
  const [{ OfPerson }] = await Promise.all([import('./components/OfPerson'), loadTexts('computed')])
  return { default: OfPerson }
}
