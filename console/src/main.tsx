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

// who is there and the texts are asked for at once; the first picture waits for both, so that nothing flickers
void queries.prefetchQuery({ queryKey: SESSION, queryFn: fetchSession, staleTime: Number.POSITIVE_INFINITY })
const root = document.getElementById('root')
if (root) void switchLanguage(getPrefs().locale).then(() => createRoot(root).render(<App />))
