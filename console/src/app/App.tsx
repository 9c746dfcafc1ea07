// SPDX-License-Identifier: Apache-2.0
import { i18n } from '@lingui/core'
import { I18nProvider } from '@lingui/react'
import { DirectionProvider, MantineProvider } from '@mantine/core'
import { QueryClientProvider } from '@tanstack/react-query'
import { RouterProvider } from '@tanstack/react-router'
import { StrictMode, useEffect, useState } from 'react'
import { type Locale, locales, switchLanguage } from '@/base/i18n'
import { type Prefs, usePrefs } from '@/base/prefs'
import { queries } from '@/base/session'
import { theme, variables } from '@/ui/theme'
import { ErrorBoundary } from './ErrorBoundary'
import { router } from './router'

function nonce(): string {
  return document.querySelector<HTMLMetaElement>('meta[property="csp-nonce"]')?.nonce ?? ''
}

function useDark(choice: Prefs['theme']): boolean {
  const query = matchMedia('(prefers-color-scheme: dark)')
  const [system, setSystem] = useState(query.matches)
  useEffect(() => {
    const change = () => setSystem(query.matches)
    query.addEventListener('change', change)
    return () => query.removeEventListener('change', change)
  })
  return choice === 'dark' || (choice === 'system' && system)
}

/** Applies language and density to the page; answers the language whose texts are there. */
function useApplied(prefs: Prefs): Locale {
  const [shown, setShown] = useState<Locale>(prefs.locale)
  useEffect(() => {
    document.documentElement.dataset.density = prefs.density
  }, [prefs.density])
  useEffect(() => {
    if (i18n.locale === prefs.locale) setShown(prefs.locale)
    else void switchLanguage(prefs.locale).then(() => setShown(prefs.locale))
  }, [prefs.locale])
  return shown
}

export function App() {
  const prefs = usePrefs()
  const dark = useDark(prefs.theme)
  const locale = useApplied(prefs)
  return (
    <StrictMode>
      <I18nProvider i18n={i18n}>
        <DirectionProvider key={locale} initialDirection={locales[locale].dir} detectDirection={false}>
          <MantineProvider theme={theme} cssVariablesResolver={variables} forceColorScheme={dark ? 'dark' : 'light'} getStyleNonce={nonce}>
            <ErrorBoundary>
              <QueryClientProvider client={queries}>
                <RouterProvider router={router} />
              </QueryClientProvider>
            </ErrorBoundary>
          </MantineProvider>
        </DirectionProvider>
      </I18nProvider>
    </StrictMode>
  )
}
