import { useEffect, useState } from 'react'
import { t } from '../text/en.js'
import { IconButton } from './button.js'
import { IconCheck, IconCopy } from './icons.js'
import css from './code.module.css'

const shownMs = 1500

/** Copies where the clipboard is allowed, also on plain-http addresses of one's own network. */
export async function copyToClipboard(text: string): Promise<void> {
  if (navigator.clipboard && window.isSecureContext) return navigator.clipboard.writeText(text)
  const area = document.createElement('textarea')
  area.value = text
  area.setAttribute('readonly', '')
  area.className = 'visually-hidden'
  document.body.append(area)
  area.select()
  document.execCommand('copy')
  area.remove()
}

/** The button that copies; `what` completes its name ("Copy commit id"). */
export function CopyButton({ text, what, className }: { text: string; what: string; className?: string | undefined }) {
  const [copied, setCopied] = useState(false)
  useEffect(() => {
    if (!copied) return
    const timer = setTimeout(() => setCopied(false), shownMs)
    return () => clearTimeout(timer)
  }, [copied])
  return (
    <IconButton
      size="dense"
      label={copied ? t.parts.copied : t.parts.copyWhat(what)}
      className={className}
      onClick={() => copyToClipboard(text).then(() => setCopied(true))}
    >
      {copied ? <IconCheck size={16} stroke={1.75} aria-hidden /> : <IconCopy size={16} stroke={1.75} aria-hidden />}
    </IconButton>
  )
}

/** An id or hash with its copy button; `shown` may be a shorter form. */
export function CopyText({ text, shown, what }: { text: string; shown?: string; what: string }) {
  return (
    <span className={css.copyText}>
      <code title={text}>{shown ?? text}</code>
      <CopyButton text={text} what={what} />
    </span>
  )
}
