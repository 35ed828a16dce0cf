import { useState } from 'react'

/** State that this browser keeps: a person's choice of how things are shown. */
export function useKept(key: string, first: boolean): [boolean, (value: boolean) => void] {
  const [value, setValue] = useState<boolean>(() => {
    try {
      const kept = localStorage.getItem(key)
      return kept === null ? first : kept === 'true'
    } catch {
      return first
    }
  })
  return [
    value,
    (next) => {
      setValue(next)
      try {
        localStorage.setItem(key, String(next))
      } catch {
        // A browser that keeps nothing still changes what it shows.
      }
    },
  ]
}
