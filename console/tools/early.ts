// SPDX-License-Identifier: Apache-2.0
// What a page needs is asked for by its head, before the console's script has come: the page's own chunks with their styles and texts, who is signed
// in, and, if they may see the page, the data that its definition names (`early` in a feature's index.ts). src/api/early.ts hands the answers on.
import { readdirSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import type { Plugin, Rolldown } from 'vite'

const folder = fileURLToPath(new URL('../src/features/', import.meta.url))

export type EarlyPage = { feature: string; path: string; module: string; permission: string; data: string[] }

/** The pages of all features, as their index.ts says them. A definition of another shape is an error, not a page that is slow. */
export function pagesOf(feature: string, text: string): EarlyPage[] {
  const found = [...text.matchAll(/\{ path: '([^']+)', page: \(\) => import\('\.\/([^']+)'\)([^\n]*)/g)].map(([, path, module, rest]) => ({
    feature,
    path: path ?? '',
    module: `${folder}${feature}/${module}`,
    permission: (/permission: '([^']+)'/.exec(rest ?? '') ?? /^ {2}permission: '([^']+)'/m.exec(text))?.[1] ?? '',
    data: [...(/early: \[([^\]]*)\]/.exec(rest ?? '')?.[1] ?? '').matchAll(/'([^']+)'/g)].map(([, url]) => url ?? ''),
  }))
  if (found.length !== text.split("import('").length - 1) throw new Error(`features/${feature}/index.ts: a page is not a line of the form { path: '...', page: () => import('./...') ... }`)
  return found
}

type Row = [pattern: string, files: string[], texts: Record<string, string[]>, permission: string, data: string[]]

/**
 * Runs in the head: small, and for browsers of today. Answers are read to their end here: the page then has them without another turn of the
 * browser, so that its first picture shows the data and is not drawn twice.
 */
export const ASK = `((rows,shell)=>{
const asked=globalThis.patronEarly=new Map(),head=document.head
const get=(url)=>fetch(url,{credentials:'same-origin'}).then((answer)=>answer.text().then((text)=>{
answer.text=async()=>text
answer.json=async()=>JSON.parse(text)
return answer}))
const keep=(url,answer)=>{answer.catch(()=>{});asked.set(url,answer)}
const load=(href)=>{const link=document.createElement('link');link.href=href;if(href.endsWith('.css')){link.rel='preload';link.as='style'}else link.rel='modulepreload';link.crossOrigin='';head.append(link)}
const session=get('/api/v1/session')
keep('/api/v1/session',session)
const may=(permission)=>session.then((answer)=>answer.json()).then((who)=>{if(permission===''?!who.signed_in:!who.permissions.includes(permission))throw 0})
let locale
try{locale=JSON.parse(localStorage.getItem('patron.prefs')||'{}').locale}catch{}
locale=locale||(navigator.languages.some((l)=>/^en\\b/i.test(l))||!navigator.languages.some((l)=>/^ar\\b/i.test(l))?'en':'ar')
for(const href of shell[locale]||[])load(href)
for(const[pattern,files,texts,permission,data]of rows){
const found=new RegExp(pattern).exec(location.pathname)
if(!found)continue
for(const href of[...files,...(texts[locale]||[])])load(href)
if(location.search===''&&data.length){const go=may(permission);for(const one of data){const url=one.replace('$id',found[1]).replace(/\\$hour-(\\d+)/,(_,n)=>encodeURIComponent(new Date(Math.floor(Date.now()/36e5-n)*36e5).toISOString()));keep(url,go.then(()=>get(url)))}}
break}
})`

export function early(): Plugin {
  return {
    name: 'patron-early',
    transformIndexHtml: {
      order: 'post',
      handler(_, { bundle }) {
        if (bundle === undefined) return []
        const chunks = Object.values(bundle).filter((entry): entry is Rolldown.OutputChunk => entry.type === 'chunk')
        const withStyles = chunks as (Rolldown.OutputChunk & { viteMetadata?: { importedCss: Set<string> } })[]
        const byName = new Map(withStyles.map((chunk) => [chunk.fileName, chunk]))
        const entry = withStyles.find((chunk) => chunk.isEntry)
        const gather = (name: string, into: Set<string>) => {
          const chunk = byName.get(name)
          if (chunk === undefined || into.has(name)) return into
          into.add(name)
          for (const css of chunk.viteMetadata?.importedCss ?? []) into.add(css)
          for (const next of chunk.imports) gather(next, into)
          return into
        }
        const there = entry === undefined ? new Set<string>() : gather(entry.fileName, new Set())
        const filesOf = (module: string) => {
          const chunk = withStyles.find((one) => one.facadeModuleId?.startsWith(module))
          return chunk === undefined ? [] : [...gather(chunk.fileName, new Set())].filter((name) => !there.has(name)).map((name) => `/${name}`)
        }
        const textsOf = (place: string) => Object.fromEntries(['en', 'ar'].map((locale) => [locale, filesOf(`${place}/locales/${locale}.po`)]))
        const rows = readdirSync(folder)
          .flatMap((feature) => pagesOf(feature, readFileSync(`${folder}${feature}/index.ts`, 'utf8')))
          .sort((a, b) => Number(a.path.includes('$')) - Number(b.path.includes('$'))) // the first that fits counts
          .map(({ feature, path, module, permission, data }): Row => {
            const files = filesOf(`${module}.tsx`)
            if (files.length === 0) throw new Error(`no chunk of its own: ${module}`)
            return [`^${path.replace(/\$\w+/g, '([^/]+)')}/?$`, files, textsOf(`${folder}${feature}`), permission, data]
          })
        const shell = textsOf(fileURLToPath(new URL('../src', import.meta.url)))
        return [{ tag: 'script', attrs: { nonce: 'PATRON_CSP_NONCE' }, children: `${ASK}(${JSON.stringify(rows)},${JSON.stringify(shell)})`, injectTo: 'head-prepend' }]
      },
    },
  }
}
