// SPDX-License-Identifier: Apache-2.0
// Catalogues are complete and fresh: every text in the code is in each, each text is translated, with every plural form its language has.
import { spawnSync } from 'node:child_process'
import { cpSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { formatter } from '@lingui/format-po'

const root = fileURLToPath(new URL('..', import.meta.url))
const po = formatter({ origins: false, lineNumbers: false })
const folders = ['src/locales', ...readdirSync(join(root, 'src/features')).map((name) => `src/features/${name}/locales`)]
const found = []

const read = async (file) => (existsSync(file) ? po.parse(readFileSync(file, 'utf8'), { filename: file }) : {})

/** Forms a plural of this language needs, by the language's own rules. */
function missingForms(locale, text) {
  if (!/,\s*plural\s*,/.test(text)) return []
  return new Intl.PluralRules(locale).resolvedOptions().pluralCategories.filter((form) => !new RegExp(`\\b${form}\\s*\\{`).test(text))
}

// extraction writes: it is run on a copy
const copy = mkdtempSync(join(tmpdir(), 'patron-i18n-'))
try {
  cpSync(join(root, 'src'), join(copy, 'src'), { recursive: true })
  for (const name of ['lingui.config.ts', 'tsconfig.json', 'package.json']) cpSync(join(root, name), join(copy, name))
  symlinkSync(join(root, 'node_modules'), join(copy, 'node_modules'))
  const done = spawnSync(process.execPath, [join(root, 'node_modules/@lingui/cli/dist/lingui.js'), 'extract', '--clean', '--workers', '1'], { cwd: copy, encoding: 'utf8' })
  if (done.status !== 0) found.push(done.stdout + done.stderr)
  for (const folder of folders) {
    for (const locale of ['en', 'ar']) {
      const file = `${folder}/${locale}.po`
      const kept = await read(join(root, file))
      const fresh = await read(join(copy, file))
      for (const [id, entry] of Object.entries(fresh)) {
        const said = kept[id]?.translation
        if (!kept[id]) found.push(`${file}: not extracted: "${entry.message}" (npm run i18n)`)
        else if (locale !== 'en' && !said) found.push(`${file}: not translated: "${entry.message}"`)
        else for (const form of missingForms(locale, said ?? '')) found.push(`${file}: no form "${form}" in the plural "${said}"`)
      }
      for (const [id, entry] of Object.entries(kept)) if (!fresh[id]) found.push(`${file}: no longer used: "${entry.message}" (npm run i18n)`)
    }
  }
} finally {
  rmSync(copy, { recursive: true, force: true })
}
for (const line of found) console.error(line)
process.exit(found.length > 0 ? 1 : 0)
