import { formatMicros, formatMoney, type Micros } from '../lib/money.js'
import { cx } from './classes.js'
import css from './figures.module.css'

interface Props {
  micros: Micros
  currency?: string | undefined
  /** Show every micro, as on pages where sums are checked. */
  exact?: boolean
}

/** An amount; the micros are always on hover. */
export function Money({ micros, currency = 'USD', exact }: Props) {
  const full = formatMicros(micros, currency)
  return (
    <span className={cx(css.money, exact && css.exact)} title={exact ? undefined : full}>
      {exact ? full : formatMoney(micros, currency)}
    </span>
  )
}
