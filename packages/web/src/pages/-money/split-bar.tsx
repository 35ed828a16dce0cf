import { t } from '../../text/en.js'
import { Money } from '../../ui/money.js'
import css from './split-bar.module.css'

/** Who gets how much of what buyers paid: lengths in proportion, words and amounts beside them. */
export function SplitBar({
  feeMicros,
  netMicros,
  currency,
}: {
  feeMicros: string
  netMicros: string
  currency: string
}) {
  const fee = Number(feeMicros)
  const whole = Math.max(fee + Number(netMicros), 1)
  const share = (fee / whole) * 100
  return (
    <div className={css.split}>
      <div className={css.bar} aria-hidden="true">
        <span className={css.net} style={{ inlineSize: `${100 - share}%` }} />
        <span className={css.fee} style={{ inlineSize: `${share}%` }} />
      </div>
      <div className={css.legend}>
        <span>
          <i className={css.net} /> {t.money.sellerGets} <Money micros={netMicros} currency={currency} exact />
        </span>
        <span>
          <i className={css.fee} /> {t.money.weKeep} <Money micros={feeMicros} currency={currency} exact />
        </span>
      </div>
    </div>
  )
}
