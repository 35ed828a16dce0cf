import { createLink } from '@tanstack/react-router'
import type { AnchorHTMLAttributes, ButtonHTMLAttributes, ReactNode, Ref } from 'react'
import css from './button.module.css'
import { cx } from './classes.js'

interface Look {
  /** One `primary` per view. */
  variant?: 'primary' | 'default' | 'quiet' | 'danger' | undefined
  size?: 'dense' | 'normal' | 'large' | undefined
  icon?: ReactNode
  block?: boolean | undefined
}

const look = ({ variant = 'default', size = 'normal', block }: Look, extra?: string) =>
  cx(css.button, css[variant], size !== 'normal' && css[size], block && css.block, extra)

type ButtonProps = Look & ButtonHTMLAttributes<HTMLButtonElement> & { busy?: boolean; ref?: Ref<HTMLButtonElement> }

/** A button that does something here. While `busy` it refuses a second press and says so. */
export function Button({
  variant,
  size,
  icon,
  block,
  busy,
  className,
  children,
  disabled,
  type = 'button',
  ...rest
}: ButtonProps) {
  return (
    <button
      {...rest}
      type={type}
      disabled={disabled || busy}
      aria-busy={busy}
      className={look({ variant, size, block }, className)}
    >
      {icon}
      {children}
    </button>
  )
}

type AnchorProps = Look & AnchorHTMLAttributes<HTMLAnchorElement> & { ref?: Ref<HTMLAnchorElement> }

/** An ordinary link that looks like a button: downloads, raw files, other servers. */
export function ButtonAnchor({ variant, size, icon, block, className, children, ...rest }: AnchorProps) {
  return (
    <a {...rest} className={look({ variant, size, block }, className)}>
      {icon}
      {children}
    </a>
  )
}

/** A link to a page of ours that looks like a button. */
export const ButtonLink = createLink(ButtonAnchor)

type IconButtonProps = Omit<ButtonProps, 'icon' | 'children'> & { label: string; children: ReactNode }

/** A square button with an icon; the label is its name and its tooltip. */
export function IconButton({
  label,
  variant = 'quiet',
  size,
  className,
  children,
  type = 'button',
  busy,
  ...rest
}: IconButtonProps) {
  return (
    <button
      {...rest}
      type={type}
      aria-label={label}
      title={label}
      aria-busy={busy}
      className={look({ variant, size }, cx(css.icon, className))}
    >
      {children}
    </button>
  )
}
