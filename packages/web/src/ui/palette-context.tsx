import { createContext, type ReactNode, useContext, useEffect, useMemo, useState } from 'react'

/** Something the palette can do. */
export interface Command {
  id: string
  label: string
  /** Shown quietly at the end of the line. */
  hint?: string
  group: 'goTo' | 'actions' | 'repos'
  icon?: ReactNode
  run: () => void
}

interface Registry {
  commands: readonly Command[]
  add: (commands: readonly Command[]) => () => void
  isOpen: boolean
  setOpen: (isOpen: boolean) => void
}

const none: Registry = { commands: [], add: () => () => {}, isOpen: false, setOpen: () => {} }
const PaletteContext = createContext<Registry>(none)
export const usePalette = () => useContext(PaletteContext)

export function PaletteProvider({ children }: { children: ReactNode }) {
  const [groups, setGroups] = useState<ReadonlyMap<symbol, readonly Command[]>>(new Map())
  const [isOpen, setOpen] = useState(false)
  const add = useMemo(
    () => (commands: readonly Command[]) => {
      const key = Symbol('commands')
      setGroups((before) => new Map(before).set(key, commands))
      return () =>
        setGroups((before) => {
          const after = new Map(before)
          after.delete(key)
          return after
        })
    },
    [],
  )
  const registry = useMemo(
    () => ({ commands: [...groups.values()].flat(), add, isOpen, setOpen }),
    [groups, add, isOpen],
  )
  return <PaletteContext value={registry}>{children}</PaletteContext>
}

/** Registers the actions of a page for as long as it is shown; give a stable list. */
export function useCommands(commands: readonly Command[]): void {
  const { add } = usePalette()
  useEffect(() => add(commands), [add, commands])
}
