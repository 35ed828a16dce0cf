import { useSyncExternalStore } from 'react'
import { densityKey, schemeKey } from '../ui/theme.js'

type Scheme = 'light' | 'dark'
type Density = 'normal' | 'dense'

const listeners = new Set<() => void>()
const root = document.documentElement
const subscribe = (listener: () => void) => {
  listeners.add(listener)
  return () => listeners.delete(listener)
}
const readScheme = (): Scheme => (root.getAttribute('data-mantine-color-scheme') === 'dark' ? 'dark' : 'light')
const readDensity = (): Density => (root.getAttribute('data-density') === 'dense' ? 'dense' : 'normal')

function keep(key: string, value: string): void {
  try {
    localStorage.setItem(key, value)
  } catch {
    // A browser that keeps nothing still changes the page it shows.
  }
  for (const listener of listeners) listener()
}

function setScheme(next: Scheme): void {
  root.setAttribute('data-mantine-color-scheme', next)
  keep(schemeKey, next)
}

function setDensity(next: Density): void {
  root.setAttribute('data-density', next)
  keep(densityKey, next)
}

/** Light or dark; the head script sets it before anything is painted. */
export function useScheme(): [Scheme, (scheme: Scheme) => void] {
  return [useSyncExternalStore(subscribe, readScheme), setScheme]
}

/** Row height of tables, remembered per person and browser. */
export function useDensity(): [Density, (density: Density) => void] {
  return [useSyncExternalStore(subscribe, readDensity), setDensity]
}
