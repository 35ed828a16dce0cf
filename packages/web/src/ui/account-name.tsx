import { Link } from '@tanstack/react-router'
import { useState } from 'react'
import { cx } from './classes.js'
import css from './names.module.css'

interface AvatarProps {
  name: string
  src?: string | undefined
  type?: 'user' | 'org'
  size?: 'xs' | 'sm' | 'md' | 'lg'
}

/** The picture of an account; its first letter while there is none. Decoration: the name stands beside it. */
export function Avatar({ name, src, type = 'user', size = 'sm' }: AvatarProps) {
  const [failed, setFailed] = useState(false)
  return (
    <span className={cx(css.avatar, css[size])} data-type={type} aria-hidden="true">
      {src && !failed ? (
        <img src={src} alt="" loading="lazy" onError={() => setFailed(true)} />
      ) : (
        name.slice(0, 1).toUpperCase()
      )}
    </span>
  )
}

/** Picture and name of a user or organisation, leading to their page. */
export function AccountName({
  name,
  fullname,
  src,
  type = 'user',
  size = 'xs',
}: AvatarProps & { fullname?: string | undefined }) {
  return (
    <Link to="/$ns" params={{ ns: name }} className={css.name} title={fullname ?? name}>
      <Avatar name={name} src={src} type={type} size={size} />
      <span>{name}</span>
    </Link>
  )
}
