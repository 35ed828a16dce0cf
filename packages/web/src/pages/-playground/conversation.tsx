import type { ListingView } from '@stoa/contracts'
import { Link } from '@tanstack/react-router'
import { useEffect, useRef } from 'react'
import type { CallFacts } from '../../lib/chat-stream.js'
import { costOfCall } from '../../lib/offers.js'
import { formatDuration, formatExact } from '../../lib/units.js'
import { t } from '../../text/en.js'
import { playground as playgroundText } from '../../text/en/playground.js'
import { Button, ButtonLink } from '../../ui/button.js'
import { cx } from '../../ui/classes.js'
import { Money } from '../../ui/money.js'
import { Notice } from '../../ui/notice.js'
import { Row } from '../../ui/page.js'
import css from './playground.module.css'
import type { Turn } from './use-chat.js'

const words = playgroundText
const fewTokens = 4

interface Props {
  turns: readonly Turn[]
  offer: ListingView | undefined
  onSuggest: (prompt: string) => void
}

/** What was asked and answered. New text is announced when an answer is whole, not token by token. */
export function Conversation({ turns, offer, onSuggest }: Props) {
  const log = useRef<HTMLDivElement>(null)
  const last = turns.at(-1)
  useEffect(() => {
    const element = log.current
    if (element) element.scrollTop = element.scrollHeight
  }, [last?.answer, last?.state])
  return (
    <div
      className={css.log}
      ref={log}
      role="log"
      aria-label={words.conversation}
      aria-busy={last?.state === 'running'}
      tabIndex={0}
    >
      {turns.length === 0 && (
        <div className={css.start}>
          <strong>{words.startTitle}</strong>
          <span>{words.startHelp}</span>
          <div className={css.suggestions}>
            {words.suggestions.map((prompt) => (
              <Button key={prompt} size="dense" onClick={() => onSuggest(prompt)}>
                {prompt}
              </Button>
            ))}
          </div>
        </div>
      )}
      {turns.map((turn) => (
        <TurnView key={turn.id} turn={turn} offer={offer} />
      ))}
    </div>
  )
}

function TurnView({ turn, offer }: { turn: Turn; offer: ListingView | undefined }) {
  const isWaiting = turn.state === 'running' && !turn.answer
  return (
    <article className={css.turn}>
      <div className={css.prompt}>
        <span className="visually-hidden">{words.you}: </span>
        {turn.prompt}
      </div>
      {turn.error ? (
        <Notice tone={turn.error.status === 402 ? 'warn' : 'bad'} live>
          <p>{turn.error.message}</p>
          {turn.error.status === 402 && (
            <Row>
              <ButtonLink to="/billing/wallet" size="dense">
                {words.topUp}
              </ButtonLink>
            </Row>
          )}
        </Notice>
      ) : (
        <div className={cx(css.answer, turn.state === 'running' && css.caret)} data-testid="answer">
          {isWaiting ? <span className="muted">{words.waiting}</span> : turn.answer}
        </div>
      )}
      {turn.state === 'stopped' && <Notice>{words.stopped}</Notice>}
      {turn.state === 'done' && turn.facts.finishReason === 'length' && <span className="muted">{words.cutShort}</span>}
      {turn.state === 'done' && <TurnFigures facts={turn.facts} offer={offer} />}
    </article>
  )
}

/** The settled cost; where the gateway does not tell it, the same price rule on the same tokens. */
function costMicros(facts: CallFacts, offer: ListingView | undefined): string | bigint | undefined {
  if (facts.costMicros !== undefined) return facts.costMicros
  if (!offer) return '0'
  return facts.inputTokens === undefined
    ? undefined
    : costOfCall(offer, BigInt(facts.inputTokens), BigInt(facts.outputTokens ?? 0))
}

function TurnFigures({ facts, offer }: { facts: CallFacts; offer: ListingView | undefined }) {
  const cost = costMicros(facts, offer)
  const writingMs = (facts.totalMs ?? 0) - (facts.firstTokenMs ?? 0)
  // From the first token on; of a handful of tokens no speed can be told.
  const later = (facts.outputTokens ?? 0) - 1
  const speed = later >= fewTokens && writingMs > 0 ? (later * 1000) / writingMs : undefined
  return (
    <div className={css.figures} data-testid="figures">
      {facts.inputTokens !== undefined && (
        <span>
          {words.tokensIn} <b>{formatExact(facts.inputTokens)}</b>
        </span>
      )}
      {facts.outputTokens !== undefined && (
        <span>
          {words.tokensOut} <b>{formatExact(facts.outputTokens)}</b>
        </span>
      )}
      {facts.firstTokenMs !== undefined && (
        <span>
          {words.firstToken} <b>{formatDuration(facts.firstTokenMs)}</b>
        </span>
      )}
      {facts.totalMs !== undefined && (
        <span>
          {words.total} <b>{formatDuration(facts.totalMs)}</b>
        </span>
      )}
      {speed !== undefined && (
        <span>
          {words.speed} <b>{words.perSecond(speed.toFixed(0))}</b>
        </span>
      )}
      <span>
        {words.cost}{' '}
        <b data-testid="cost">
          {cost === undefined ? (
            t.parts.notMeasured
          ) : BigInt(cost) === 0n ? (
            words.free
          ) : (
            <Money micros={cost} currency={offer?.price.currency} exact />
          )}
        </b>
      </span>
      <Link to="/billing/usage" search={{ period: 'day' }}>
        {words.seeUsage}
      </Link>
    </div>
  )
}
