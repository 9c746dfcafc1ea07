// SPDX-License-Identifier: Apache-2.0
import { loadTexts } from '@/base/i18n'

/** For React's lazy: what a person allows, on the page of another area, with its texts. */
export async function loadOfPerson() {
  const [{ OfPerson }] = await Promise.all([import('./components/OfPerson'), loadTexts('consent')])
  return { default: OfPerson }
}
