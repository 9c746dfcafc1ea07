// SPDX-License-Identifier: Apache-2.0
import '@mantine/core/styles.css'
import './ui/tokens.css'
import './ui/ui.css'
import './app/shell.css'
import { createRoot } from 'react-dom/client'
import { fetchSession, queries, SESSION } from './base/session'
import { switchLanguage } from './base/i18n'
import { getPrefs } from './base/prefs'
import { App } from './app/App'
import { router } from './app/router'

// who is there, the texts and the page's own chunk are asked for at once; the first picture waits for the texts
void queries.prefetchQuery({ queryKey: SESSION, queryFn: fetchSession, staleTime: Number.POSITIVE_INFINITY })
const root = document.getElementById('root')
const texts = switchLanguage(getPrefs().locale)
void router.load()
if (root) void texts.then(() => createRoot(root).render(<App />))
