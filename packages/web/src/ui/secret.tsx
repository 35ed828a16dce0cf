import { useState } from 'react'
import { t } from '../text/en.js'
import { IconButton } from './button.js'
import css from './code.module.css'
import { CopyButton } from './copy-text.js'
import { IconEye, IconEyeOff } from './icons.js'

/** A secret shown once: hidden until revealed, copied without revealing. */
export function Secret({ value, what }: { value: string; what: string }) {
  const [isShown, setShown] = useState(false)
  return (
    <div className={css.secret}>
      <code data-testid="secret" data-shown={isShown}>
        {isShown ? value : `${value.slice(0, 3)}${'•'.repeat(24)}`}
      </code>
      <IconButton size="dense" label={isShown ? t.parts.hide : t.parts.reveal} onClick={() => setShown(!isShown)}>
        {isShown ? <IconEyeOff size={16} stroke={1.75} aria-hidden /> : <IconEye size={16} stroke={1.75} aria-hidden />}
      </IconButton>
      <CopyButton text={value} what={what} />
    </div>
  )
}
