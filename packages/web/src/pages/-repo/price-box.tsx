import type { ListingView } from '@stoa/contracts'
import { formatPerMillion } from '../../lib/money.js'
import { costOfCall, parseRate } from '../../lib/offers.js'
import { t } from '../../text/en.js'
import { AccountName } from '../../ui/account-name.js'
import { Money } from '../../ui/money.js'
import { Card, Section } from '../../ui/page.js'
import css from './repo.module.css'

const exampleTokens = { input: 500n, output: 200n }

function PriceRow({ label, rate, currency }: { label: string; rate: string | null; currency: string }) {
  if (!rate) return null
  const { micros, per } = parseRate(rate)
  return (
    <div className={css.priceRow}>
      <span className="muted">{label}</span>
      <span>
        <b>{formatPerMillion(micros, per, currency)}</b> <span className={css.note}>{t.repo.perMillion}</span>
      </span>
    </div>
  )
}

/** What a call costs, to whom it goes, and an example anybody can check. */
export function PriceBox({ offer, isServed }: { offer: ListingView | null; isServed: boolean }) {
  return (
    <Section title={t.repo.price}>
      <Card>
        {offer ? <Offer offer={offer} /> : <p className={css.note}>{isServed ? t.repo.priceFree : t.repo.notServed}</p>}
      </Card>
    </Section>
  )
}

function Offer({ offer }: { offer: ListingView }) {
  const { price } = offer
  const example = costOfCall(offer, exampleTokens.input, exampleTokens.output)
  const [before, after] = t.repo.exampleCall('\n').split('\n')
  return (
    <>
      <PriceRow label={t.repo.priceInput} rate={price.input} currency={price.currency} />
      <PriceRow label={t.repo.priceCached} rate={price.cachedInput} currency={price.currency} />
      <PriceRow label={t.repo.priceOutput} rate={price.output} currency={price.currency} />
      <p className={css.note}>
        {before}
        <Money micros={example} currency={price.currency} exact />
        {after}
      </p>
      <p className={css.note}>
        {t.repo.soldBy} <AccountName name={offer.seller} />.{' '}
        {t.repo.platformKeeps(`${Number(price.feePpm) / 10_000} %`)}
      </p>
    </>
  )
}
