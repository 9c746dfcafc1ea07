// SPDX-License-Identifier: Apache-2.0
import { loadTexts } from '@/base/i18n'

/** For React's lazy: the editor of mappings, on the page of another area, with its texts. */
export async function loadMappingEditor() {
  const [{ MappingEditor }] = await Promise.all([import('./components/MappingEditor'), loadTexts('imports')])
  return { default: MappingEditor }
}
