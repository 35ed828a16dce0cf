import type { ReactNode } from 'react'
import { IconAlertCircle, IconAlertTriangle, IconCircleCheck, IconInfoCircle } from './icons.js'
import css from './states.module.css'

const icons = { info: IconInfoCircle, good: IconCircleCheck, warn: IconAlertTriangle, bad: IconAlertCircle }

/** A standing remark beside what it is about. */
export function Notice({
  tone = 'info',
  children,
  live,
}: {
  tone?: keyof typeof icons
  children: ReactNode
  live?: boolean
}) {
  const Icon = icons[tone]
  return (
    <div className={css.notice} data-tone={tone} role={live ? 'alert' : undefined}>
      <Icon size={16} stroke={1.75} aria-hidden />
      <div>{children}</div>
    </div>
  )
}
