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
  isOpen: boolean
  setOpen: (isOpen: boolean) => void
}

type Add = (commands: readonly Command[]) => () => void

const none: Registry = { commands: [], isOpen: false, setOpen: () => {} }
const PaletteContext = createContext<Registry>(none)
// Apart from the list, so that whoever registers does not render again when somebody did.
const AddContext = createContext<Add>(() => () => {})
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
  const registry = useMemo(() => ({ commands: [...groups.values()].flat(), isOpen, setOpen }), [groups, isOpen])
  return (
    <AddContext value={add}>
      <PaletteContext value={registry}>{children}</PaletteContext>
    </AddContext>
  )
}

/** Registers the actions of a page for as long as it is shown; give a stable list. */
export function useCommands(commands: readonly Command[]): void {
  const add = useContext(AddContext)
  useEffect(() => add(commands), [add, commands])
}
