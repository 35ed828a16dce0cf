import { type ReactNode, useEffect, useId, useRef, useState } from 'react'
import { t } from '../text/en.js'
import { Button, IconButton } from './button.js'
import { TextField } from './field.js'
import { IconX } from './icons.js'
import css from './side-panel.module.css'

interface Props {
  isOpen: boolean
  onClose: () => void
  title: ReactNode
  children: ReactNode
  shape?: 'panel' | 'modal'
}

/**
 * What a row opens to, beside the page, or a question in its middle. The platform's own dialog keeps focus inside,
 * makes the rest inert, closes on Escape and gives focus back.
 */
export function SidePanel({ isOpen, onClose, title, children, shape = 'panel' }: Props) {
  const dialog = useRef<HTMLDialogElement>(null)
  const titleId = useId()
  useEffect(() => {
    const element = dialog.current
    if (isOpen && element && !element.open) element.showModal()
    if (!isOpen && element?.open) element.close()
  }, [isOpen])
  return (
    <dialog
      ref={dialog}
      className={css[shape]}
      aria-labelledby={titleId}
      onCancel={(event) => {
        event.preventDefault()
        onClose()
      }}
      onClick={(event) => event.target === dialog.current && onClose()}
    >
      {isOpen && (
        <>
          <header className={css.head}>
            <h2 id={titleId}>{title}</h2>
            <IconButton label={t.parts.close} onClick={onClose}>
              <IconX size={20} stroke={1.75} aria-hidden />
            </IconButton>
          </header>
          <div className={css.body}>{children}</div>
        </>
      )}
    </dialog>
  )
}

interface ConfirmProps {
  isOpen: boolean
  onClose: () => void
  onConfirm: () => void
  title: string
  text: string
  verb: string
  /** The name to type before the button works; without it one press is enough. */
  name?: string
  busy?: boolean
}

/** A dangerous act, in its own words, behind a typed name. */
export function ConfirmByName({ isOpen, onClose, onConfirm, title, text, verb, name, busy }: ConfirmProps) {
  const [typed, setTyped] = useState('')
  return (
    <SidePanel isOpen={isOpen} onClose={onClose} title={title} shape="modal">
      <p>{text}</p>
      {name && (
        <TextField
          label={t.parts.confirmName(name)}
          value={typed}
          onChange={(event) => setTyped(event.target.value)}
          autoComplete="off"
        />
      )}
      <div className={css.foot}>
        <Button onClick={onClose}>{t.parts.cancel}</Button>
        <Button variant="danger" disabled={Boolean(name) && typed !== name} busy={busy ?? false} onClick={onConfirm}>
          {verb}
        </Button>
      </div>
    </SidePanel>
  )
}
