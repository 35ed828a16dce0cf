import { type InputHTMLAttributes, useState } from 'react'
import { t } from '../text/en.js'
import { IconButton } from './button.js'
import { TextField } from './field.js'
import { IconEye, IconEyeOff } from './icons.js'

/** A password that can be looked at before it is sent. */
export function PasswordField(
  props: { label: string; help?: string; error?: string | undefined } & InputHTMLAttributes<HTMLInputElement>,
) {
  const [isShown, setShown] = useState(false)
  const Icon = isShown ? IconEyeOff : IconEye
  return (
    <TextField
      {...props}
      type={isShown ? 'text' : 'password'}
      end={
        <IconButton
          label={isShown ? t.account.hidePassword : t.account.showPassword}
          onClick={() => setShown(!isShown)}
        >
          <Icon size={16} stroke={1.75} aria-hidden />
        </IconButton>
      }
    />
  )
}
