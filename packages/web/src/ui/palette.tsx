import { useQuery } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import { type KeyboardEvent, useEffect, useId, useMemo, useRef, useState } from 'react'
import { fuzzyScore } from '../lib/fuzzy.js'
import { searchReposQuery } from '../lib/search-repos.js'
import { useRested } from '../lib/use-rested.js'
import { t } from '../text/en.js'
import { IconSearch } from './icons.js'
import { KindIcon } from './kind-icon.js'
import { type Command, usePalette } from './palette-context.js'
import css from './shell.module.css'

const maxShown = 12
const recentKey = 'stoa.recent'
const maxRecent = 5
const words = t.shell.palette
const groupTitle = { recent: words.recent, goTo: words.goTo, actions: words.actions, repos: words.repos }

function readRecent(): string[] {
  try {
    const list: unknown = JSON.parse(localStorage.getItem(recentKey) ?? '[]')
    return Array.isArray(list) ? list.filter((id) => typeof id === 'string').slice(0, maxRecent) : []
  } catch {
    return []
  }
}

function keepRecent(id: string): void {
  try {
    localStorage.setItem(
      recentKey,
      JSON.stringify([id, ...readRecent().filter((one) => one !== id)].slice(0, maxRecent)),
    )
  } catch {
    // Without storage nothing is recent.
  }
}

function useRepoCommands(text: string, isOpen: boolean): readonly Command[] {
  const navigate = useNavigate()
  const { data } = useQuery({ ...searchReposQuery(text), enabled: isOpen, placeholderData: (before) => before })
  return useMemo(
    () =>
      (data ?? []).map(({ id, kind }) => {
        const [ns = '', repo = ''] = id.split('/')
        const to = kind === 'model' ? '/$ns/$repo' : '/datasets/$ns/$repo'
        return {
          id: `${kind}:${id}`,
          label: id,
          group: 'repos',
          icon: <KindIcon kind={kind} />,
          run: () => void navigate({ to, params: { ns, repo } }),
        } satisfies Command
      }),
    [data, navigate],
  )
}

type Group = keyof typeof groupTitle
interface Line {
  command: Command
  group: Group
}

function rank(commands: readonly Command[], text: string): Line[] {
  if (!text.trim()) {
    const recent = readRecent()
    const first = recent
      .map((id) => commands.find((command) => command.id === id))
      .filter((command) => command !== undefined)
    const rest = commands.filter((command) => !first.includes(command))
    const lines = [
      ...first.map((command) => ({ command, group: 'recent' as Group })),
      ...rest.map((command) => ({ command, group: command.group as Group })),
    ]
    return grouped(lines).slice(0, maxShown + first.length)
  }
  const scored = commands.map((command) => ({
    command,
    score: fuzzyScore(text, `${command.label} ${command.hint ?? ''}`),
  }))
  const best = scored.filter(({ score }) => score > 0).toSorted((a, b) => b.score - a.score)
  return grouped(best.slice(0, maxShown).map(({ command }) => ({ command, group: command.group })))
}

/** Lines of one group stand together, groups in the order of their best line. */
function grouped(lines: readonly Line[]): Line[] {
  return [...new Set(lines.map((line) => line.group))].flatMap((group) => lines.filter((line) => line.group === group))
}

/** Go to anything, do anything: `⌘K`. */
export function Palette() {
  const { isOpen, setOpen } = usePalette()
  const dialog = useRef<HTMLDialogElement>(null)
  useEffect(() => {
    const element = dialog.current
    if (isOpen && element && !element.open) element.showModal()
    if (!isOpen && element?.open) element.close()
  }, [isOpen])
  return (
    <dialog
      ref={dialog}
      className={css.palette}
      aria-label={words.label}
      onClose={() => setOpen(false)}
      onClick={(event) => event.target === dialog.current && setOpen(false)}
    >
      {isOpen && <PaletteBody onClose={() => setOpen(false)} />}
    </dialog>
  )
}

/** Typing is quicker than asking. */
const searchRestMs = 80

function PaletteBody({ onClose }: { onClose: () => void }) {
  const { commands } = usePalette()
  const [text, setText] = useState('')
  const [active, setActive] = useState(0)
  const base = useId()
  const repos = useRepoCommands(useRested(text, searchRestMs), true)
  const lines = useMemo(() => rank([...commands, ...repos], text), [commands, repos, text])
  const current = lines[Math.min(active, lines.length - 1)]
  const run = (line: Line | undefined) => {
    if (!line) return
    keepRecent(line.command.id)
    onClose()
    line.command.run()
  }
  const onKeyDown = (event: KeyboardEvent) => {
    const delta = event.key === 'ArrowDown' ? 1 : event.key === 'ArrowUp' ? -1 : 0
    if (delta) setActive((lines.indexOf(current as Line) + delta + lines.length) % Math.max(lines.length, 1))
    else if (event.key === 'Enter') run(current)
    else return
    event.preventDefault()
  }
  const lineId = (line: Line | undefined) => (line ? `${base}-${lines.indexOf(line)}` : undefined)
  return (
    <>
      <div className={css.paletteInput}>
        <IconSearch size={20} stroke={1.75} aria-hidden />
        <input
          autoFocus
          role="combobox"
          aria-expanded="true"
          aria-controls={`${base}-list`}
          aria-activedescendant={lineId(current)}
          aria-label={words.placeholder}
          placeholder={words.placeholder}
          value={text}
          onKeyDown={onKeyDown}
          onChange={(event) => {
            setText(event.target.value)
            setActive(0)
          }}
        />
      </div>
      <div className={css.paletteList} id={`${base}-list`} role="listbox" aria-label={words.label}>
        {lines.map((line, index) => (
          <PaletteLine
            key={`${line.group}-${line.command.id}`}
            {...{ line }}
            id={lineId(line)}
            isFirst={lines[index - 1]?.group !== line.group}
            isActive={line === current}
            onRun={() => run(line)}
          />
        ))}
      </div>
      <div className={css.paletteFoot} role="status">
        {lines.length === 0 ? words.none(text) : words.help}
      </div>
    </>
  )
}

function PaletteLine({
  line,
  id,
  isFirst,
  isActive,
  onRun,
}: {
  line: Line
  id: string | undefined
  isFirst: boolean
  isActive: boolean
  onRun: () => void
}) {
  const element = useRef<HTMLDivElement>(null)
  useEffect(() => {
    if (isActive) element.current?.scrollIntoView({ block: 'nearest' })
  }, [isActive])
  return (
    <>
      {isFirst && (
        <div className={css.paletteGroup} role="presentation">
          {groupTitle[line.group]}
        </div>
      )}
      <div
        ref={element}
        id={id}
        role="option"
        aria-selected={isActive}
        tabIndex={-1}
        className={css.paletteItem}
        onClick={onRun}
      >
        {line.command.icon}
        <span className={css.paletteLabel}>{line.command.label}</span>
        {line.command.hint && <small>{line.command.hint}</small>}
      </div>
    </>
  )
}
