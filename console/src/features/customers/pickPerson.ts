// SPDX-License-Identifier: Apache-2.0
import { loadTexts } from '@/base/i18n'

/** For React's lazy: the search for a person, on the page of another area, with its texts. */
export async function loadPickPerson() {
  const [{ PickPerson }] = await Promise.all([import('./components/PickPerson'), loadTexts('customers')])
  return { default: PickPerson }
}
