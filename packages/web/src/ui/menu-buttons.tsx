import type { ButtonHTMLAttributes, Ref } from 'react'
import type { SessionUser } from '../lib/session.js'
import { t } from '../text/en.js'
import { Avatar } from './account-name.js'
import { Button, IconButton } from './button.js'
import { IconChevronDown, IconMenu2, IconPlus } from './icons.js'
import css from './shell.module.css'

type Rest = ButtonHTMLAttributes<HTMLButtonElement> & { ref?: Ref<HTMLButtonElement> }

/** The buttons that open menus: they stand in their place while the menus themselves are still on their way. */
export function CreateButton(rest: Rest) {
  return (
    <Button {...rest} className={css.onlyWide ?? ''} icon={<IconPlus size={16} stroke={1.75} aria-hidden />}>
      {t.shell.create} <IconChevronDown size={14} stroke={1.75} aria-hidden />
    </Button>
  )
}

export function AccountButton({ user, ...rest }: Rest & { user: SessionUser }) {
  return (
    <button {...rest} type="button" className={css.avatarButton} aria-label={t.shell.accountMenu(user.name)}>
      <Avatar name={user.name} src={user.avatarUrl} size="md" />
    </button>
  )
}

export function CompactButton(rest: Rest) {
  return (
    <IconButton {...rest} label={t.shell.menu} className={css.onlyCompact ?? ''}>
      <IconMenu2 size={20} stroke={1.75} aria-hidden />
    </IconButton>
  )
}
