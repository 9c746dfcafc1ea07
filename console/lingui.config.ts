// SPDX-License-Identifier: Apache-2.0
import { defineConfig } from '@lingui/cli'

// One catalogue for what is needed at the start, one per feature that is loaded with its pages.
export default defineConfig({
  sourceLocale: 'en',
  locales: ['en', 'ar'],
  catalogs: [
    { path: 'src/locales/{locale}', include: ['src/base', 'src/ui', 'src/app', 'src/features/*/index.ts'] },
    { path: 'src/features/{name}/locales/{locale}', include: ['src/features/{name}'], exclude: ['**/index.ts'] },
  ],
  format: 'po',
  formatOptions: { origins: false, lineNumbers: false },
  orderBy: 'message',
})
