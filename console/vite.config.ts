// SPDX-License-Identifier: Apache-2.0
import { fileURLToPath } from 'node:url'
import { transformAsync } from '@babel/core'
import { lingui } from '@lingui/vite-plugin'
import react from '@vitejs/plugin-react'
import type { Plugin } from 'vite'
import { defineConfig } from 'vitest/config'

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

const daemon = process.env.PATRON_URL ?? 'http://127.0.0.1:8080'
const toDaemon = { target: daemon, changeOrigin: true }

export default defineConfig({
  plugins: [macros(), lingui(), react()],
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
  },
  worker: { format: 'es' },
  server: {
    host: '127.0.0.1',
    port: 5173,
    strictPort: true,
    proxy: { '/api': toDaemon, '/v1': toDaemon, '/analytics.js': toDaemon, '/analytics-next': toDaemon, '/pixel': toDaemon },
  },
  test: { environment: 'node', include: ['src/**/*.test.{ts,tsx}'] },
})
