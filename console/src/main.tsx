// SPDX-License-Identifier: Apache-2.0
import '@mantine/core/styles.css'
import './ui/tokens.css'
import './ui/ui.css'
import './app/shell.css'
import { flushSync } from 'react-dom'
import { createRoot } from 'react-dom/client'
import { earlyAnswers } from './api/early'
import { fetchSession, queries, SESSION } from './base/session'
import { switchLanguage } from './base/i18n'
import { getPrefs } from './base/prefs'
import { App } from './app/App'
import { router } from './app/router'

/** A first picture without data is worth its work only where the data takes longer than this. */
const FIRST_PICTURE_MS = 200

// who is there, the texts and the page's own chunk are asked for at once; the first picture waits for the texts, and a moment for the rest
const session = queries.prefetchQuery({ queryKey: SESSION, queryFn: fetchSession, staleTime: Number.POSITIVE_INFINITY })
const root = document.getElementById('root')
const texts = switchLanguage(getPrefs().locale)
const rest = Promise.allSettled([session, router.load(), earlyAnswers()])
const enough = new Promise((resolve) => setTimeout(resolve, FIRST_PICTURE_MS))

function draw(element: HTMLElement) {
  // effects too, which read what is there, before the browser paints
  flushSync(() => createRoot(element).render(<App />))
}

if (root) void Promise.all([texts, Promise.race([rest, enough])]).then(() => draw(root))
