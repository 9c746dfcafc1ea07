// SPDX-License-Identifier: Apache-2.0
import { loadTexts } from '@/base/i18n'

/** For React's lazy: conditions as rows, on the page of another area, with their texts. */
export async function loadWhereRows() {
  const [{ WhereRows }] = await Promise.all([import('./components/WhereRows'), loadTexts('computed')])
  return { default: WhereRows }
}

/** And in words. */
export async function loadWhereText() {
  const [{ WhereText }] = await Promise.all([import('./components/WhereText'), loadTexts('computed')])
  return { default: WhereText }
}
