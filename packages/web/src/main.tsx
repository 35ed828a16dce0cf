import '@mantine/core/styles/default-css-variables.css'
import './ui/fonts.css'
import 'virtual:theme.css'
import './ui/global.css'
import { createTheme, MantineProvider } from '@mantine/core'
import { QueryClientProvider } from '@tanstack/react-query'
import { RouterProvider } from '@tanstack/react-router'
import { StrictMode } from 'react'
import { createRoot } from 'react-dom/client'
import { queryClient } from './lib/query-client.js'
import { router } from './router.js'
import { PaletteProvider } from './ui/palette-context.js'
import { ToastProvider } from './ui/toast.js'

/** Looks come from our style sheets; nothing is injected by script, so the page's CSP can forbid it. */
const theme = createTheme({
  fontFamily: 'var(--font-text)',
  fontFamilyMonospace: 'var(--font-code)',
  respectReducedMotion: true,
})

/** The scheme attribute is set by the head script and by our switch; Mantine only reads it. */
const schemeManager = {
  get: () =>
    document.documentElement.getAttribute('data-mantine-color-scheme') === 'dark'
      ? ('dark' as const)
      : ('light' as const),
  set: () => {},
  subscribe: () => {},
  unsubscribe: () => {},
  clear: () => {},
}

const root = document.getElementById('root')
if (root) {
  root.replaceChildren()
  createRoot(root).render(
    <StrictMode>
      <MantineProvider
        theme={theme}
        withCssVariables={false}
        withGlobalClasses={false}
        colorSchemeManager={schemeManager}
      >
        <QueryClientProvider client={queryClient}>
          <PaletteProvider>
            <ToastProvider>
              <RouterProvider router={router} />
            </ToastProvider>
          </PaletteProvider>
        </QueryClientProvider>
      </MantineProvider>
    </StrictMode>,
  )
}
