import type { Plugin } from 'vite'
import { themeCss } from '../src/ui/theme.js'

const id = 'virtual:theme.css'

/** Serves the tokens of `src/ui/theme.ts` as a style sheet, so that no script has to inject them (strict CSP, no flash). */
export function themeStyles(): Plugin {
  return {
    name: 'stoa-theme',
    resolveId: (source) => (source === id ? `\0${id}` : null),
    load: (source) => (source === `\0${id}` ? themeCss() : null),
  }
}
