import { useNavigate } from '@tanstack/react-router'
import { useEffect, useRef, useState } from 'react'
import { t } from '../text/en.js'
import { usePalette } from './palette-context.js'
import css from './shell.module.css'
import { SidePanel } from './side-panel.js'

const goTo = { m: '/models', d: '/datasets', p: '/playground', h: '/', u: '/billing/usage' } as const
const words = t.shell.keys
const sheet: readonly (readonly [string, readonly string[]])[] = [
  [words.palette, ['⌘K', '/']],
  [words.models, ['g', 'm']],
  [words.datasets, ['g', 'd']],
  [words.playground, ['g', 'p']],
  [words.usage, ['g', 'u']],
  [words.home, ['g', 'h']],
  [words.next, ['j']],
  [words.previous, ['k']],
  [words.open, ['Enter']],
  [words.permalink, ['y']],
  [words.sheet, ['?']],
  [words.close, ['Esc']],
]
const sequenceMs = 900

const isTyping = (target: EventTarget | null) =>
  target instanceof HTMLElement && (target.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName))

/** The keys that work everywhere, and the sheet that lists them. Nothing fires while somebody types. */
export function Keyboard() {
  const navigate = useNavigate()
  const { setOpen } = usePalette()
  const [isSheetOpen, setSheetOpen] = useState(false)
  const gAt = useRef(-sequenceMs)
  useEffect(() => {
    const onKeyDown = (event: KeyboardEvent) => {
      if ((event.metaKey || event.ctrlKey) && event.key.toLowerCase() === 'k') {
        event.preventDefault()
        return setOpen(true)
      }
      if (
        isTyping(event.target) ||
        event.metaKey ||
        event.ctrlKey ||
        event.altKey ||
        document.querySelector('dialog[open]')
      )
        return
      const place = goTo[event.key as keyof typeof goTo]
      if (place && event.timeStamp - gAt.current < sequenceMs) void navigate({ to: place })
      else if (event.key === '/') setOpen(true)
      else if (event.key === '?') setSheetOpen(true)
      else if (event.key === 'g') {
        gAt.current = event.timeStamp
        return
      } else return
      gAt.current = -sequenceMs
      event.preventDefault()
    }
    document.addEventListener('keydown', onKeyDown)
    return () => document.removeEventListener('keydown', onKeyDown)
  }, [navigate, setOpen])
  return (
    <SidePanel isOpen={isSheetOpen} onClose={() => setSheetOpen(false)} title={t.shell.keyboard} shape="modal">
      <dl className={css.sheet}>
        {sheet.map(([label, keys]) => (
          <div key={label} style={{ display: 'contents' }}>
            <dt>{label}</dt>
            <dd>
              {keys.map((key) => (
                <kbd key={key} className={css.kbd}>
                  {key}
                </kbd>
              ))}
            </dd>
          </div>
        ))}
      </dl>
    </SidePanel>
  )
}
