import { createContext, type ReactNode, useCallback, useContext, useMemo, useRef, useState } from 'react'
import { t } from '../text/en.js'
import { Button, IconButton } from './button.js'
import { IconX } from './icons.js'
import css from './states.module.css'

const shownMs = 6000

interface Message {
  id: number
  text: string
  undo?: (() => void) | undefined
}
type Say = (text: string, undo?: () => void) => void
const ToastContext = createContext<Say>(() => {})

/** Says the result of the person's own act; never used for news. */
export const useToast = () => useContext(ToastContext)

export function ToastProvider({ children }: { children: ReactNode }) {
  const [messages, setMessages] = useState<readonly Message[]>([])
  const next = useRef(1)
  const drop = useCallback((id: number) => setMessages((list) => list.filter((message) => message.id !== id)), [])
  const say = useCallback<Say>(
    (text, undo) => {
      const id = next.current++
      setMessages((list) => [...list.slice(-2), { id, text, undo }])
      setTimeout(() => drop(id), shownMs)
    },
    [drop],
  )
  const shown = useMemo(
    () =>
      messages.map((message) => (
        <div key={message.id} className={css.toast}>
          <span>{message.text}</span>
          {message.undo && (
            <Button
              size="dense"
              onClick={() => {
                message.undo?.()
                drop(message.id)
              }}
            >
              {t.parts.undo}
            </Button>
          )}
          <IconButton size="dense" label={t.parts.dismiss} onClick={() => drop(message.id)}>
            <IconX size={16} stroke={1.75} aria-hidden />
          </IconButton>
        </div>
      )),
    [messages, drop],
  )
  return (
    <ToastContext value={say}>
      {children}
      <div className={css.toasts} role="status" aria-live="polite" aria-label={t.parts.results}>
        {shown}
      </div>
    </ToastContext>
  )
}
