// SPDX-License-Identifier: Apache-2.0
import { readdirSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { transformAsync } from '@babel/core'
import { lingui } from '@lingui/vite-plugin'
import react from '@vitejs/plugin-react'
import type { Plugin } from 'vite'
import { defineConfig } from 'vitest/config'
import { early } from './tools/early.ts'

// Lingui's macros need Babel, which nothing else here does: only files that import them pass through it.
function macros(): Plugin {
  return {
    name: 'patron-macros',
    enforce: 'pre',
    async transform(code, id) {
      if (!/\.tsx?$/.test(id) || !/@lingui\/(core|react)\/macro/.test(code)) return null
      const done = await transformAsync(code, {
        filename: id,
        babelrc: false,
        configFile: false,
        sourceMaps: true,
        parserOpts: { plugins: ['typescript', ...(id.endsWith('x') ? (['jsx'] as const) : [])] },
        plugins: ['@lingui/babel-plugin-lingui-macro'],
      })
      return done?.code == null ? null : { code: done.code, map: done.map ?? null }
    },
  }
}

/** licenses.txt: the texts of the packages that are in the build, as their licenses ask. */
function licenses(): Plugin {
  return {
    name: 'patron-licenses',
    generateBundle(_, bundle) {
      const folders = new Set(['@segment/analytics-next']) // the browser loader, added by tools/pack.mjs
      for (const chunk of Object.values(bundle)) {
        for (const id of chunk.type === 'chunk' ? chunk.moduleIds : []) {
          const name = /.*\/node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(id)?.[1]
          if (name !== undefined) folders.add(name)
        }
      }
      const texts = [...folders].sort().map((name) => {
        const folder = fileURLToPath(new URL(`./node_modules/${name}/`, import.meta.url))
        const { version, license } = JSON.parse(readFileSync(`${folder}package.json`, 'utf8')) as { version: string; license: string }
        const file = readdirSync(folder).find((entry) => /^licen[cs]e/i.test(entry))
        return `${name} ${version}, ${license}\n\n${file === undefined ? '' : readFileSync(folder + file, 'utf8').trim()}\n`
      })
      this.emitFile({ type: 'asset', fileName: 'licenses.txt', source: texts.join(`\n${'-'.repeat(80)}\n\n`) })
    },
  }
}

/**
 * The browser compiles these scripts whole while they come in, on a thread of its own, instead of function by function when the page's thread first
 * calls them. Last of all: minifiers take comments out.
 */
function compiledEarly(): Plugin {
  return {
    name: 'patron-compiled-early',
    enforce: 'post',
    generateBundle: {
      order: 'post',
      handler(_, bundle) {
        for (const chunk of Object.values(bundle)) if (chunk.type === 'chunk') chunk.code = `//# allFunctionsCalledOnLoad\n${chunk.code}`
      },
    },
  }
}

/**
 * Each script costs the page's thread some milliseconds at a slow processor, however small it is: what every page loads is one chunk, what many
 * pages load another. What few load stays apart.
 */
const chunks = [
  { name: 'react', test: /\/node_modules\/(react|react-dom|scheduler|@tanstack)\//, tags: ['$initial' as const], priority: 3 },
  { name: 'shell', tags: ['$initial' as const], priority: 2 },
  { name: 'common', minShareCount: 12, priority: 1 },
]

const daemon = process.env.PATRON_URL ?? 'http://127.0.0.1:8080'
const toDaemon = { target: daemon, changeOrigin: true }

export default defineConfig({
  plugins: [macros(), lingui(), react(), licenses(), early(), compiledEarly()],
  resolve: { alias: { '@': fileURLToPath(new URL('./src', import.meta.url)) } },
  // The daemon puts a fresh nonce where this stands, in its header and in the page.
  html: { cspNonce: 'PATRON_CSP_NONCE' },
  build: {
    outDir: 'dist.new',
    target: 'es2023',
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    reportCompressedSize: false,
    chunkSizeWarningLimit: 2000,
    sourcemap: false,
    rolldownOptions: { output: { codeSplitting: { groups: chunks } } },
  },
  worker: { format: 'es' },
  server: {
    host: '127.0.0.1',
    port: 5173,
    strictPort: true,
    proxy: { '/api': toDaemon, '/v1': toDaemon, '/analytics.js': toDaemon, '/analytics-next': toDaemon, '/pixel': toDaemon },
  },
  test: { environment: 'node', include: ['src/**/*.test.{ts,tsx}', 'tools/**/*.test.ts'] },
})
