import type { AuditEventView } from '@stoa/contracts'
import { formatTime } from '../../lib/units.js'
import { audit as words } from '../../text/en/audit.js'
import { CopyText } from '../../ui/copy-text.js'
import { Facts, Section } from '../../ui/page.js'

/** Who did it, in words. */
export function nameOfActor({ actor }: AuditEventView): string {
  if (actor.type === 'system') return words.system(actor.id)
  if (actor.type === 'anonymous') return words.nobody
  return actor.name ?? `${words.erased} (${actor.id})`
}

/** Everything an event says. */
export function EventDetail({ event }: { event: AuditEventView }) {
  const { before, after } = event
  return (
    <>
      <Facts
        facts={[
          [words.when, formatTime(new Date(event.at))],
          [words.who, nameOfActor(event)],
          [words.target, `${event.target.type} ${event.target.name ?? event.target.id}`],
          [words.outcome, words.outcomes[event.outcome]],
          ...(event.ipPrefix ? [[words.network, event.ipPrefix] as const] : []),
          ...(event.reason ? [[words.reason, event.reason] as const] : []),
          ...(event.requestId ? [[words.request, event.requestId] as const] : []),
          [words.number, String(event.seq)],
        ]}
      />
      {before && <Changed title={words.before} facts={before} />}
      {after && <Changed title={words.after} facts={after} />}
      <Section title={words.hash}>
        <CopyText text={event.hash} what={words.hash} />
      </Section>
    </>
  )
}

function Changed({ title, facts }: { title: string; facts: Record<string, unknown> }) {
  const show = (value: unknown): string => {
    if (value === null || value === undefined) return '—'
    if (typeof value === 'object' && 'erased' in value) return words.erased
    return typeof value === 'string' ? value : JSON.stringify(value)
  }
  return (
    <Section title={title}>
      <Facts facts={Object.entries(facts).map(([key, value]) => [key, show(value)] as const)} />
    </Section>
  )
}
