import type { SignOnReport, SignOnStep } from '@stoa/contracts'
import { Link } from '@tanstack/react-router'
import { signOn as words, wordsOf } from '../../text/en/sign-on.js'
import { Badge } from '../../ui/badge.js'
import { Notice } from '../../ui/notice.js'
import { Card, Facts, PageHeader, Row, Section, Stack } from '../../ui/page.js'

const TONES = { ok: 'good', failed: 'bad', note: 'warn' } as const

/** What a test found, step by step, in words: what came, what was checked, what would have followed. */
export function Report({ report, back }: { report: SignOnReport; back: string }) {
  const { steps, received, mapped, connection } = report
  const isGood = mapped !== null && mapped.account !== 'refused' && mapped.account !== 'link_needed'
  return (
    <Stack>
      <PageHeader title={words.reportTitle(connection.name)} lead={words.protocol[connection.protocol]} />
      <Notice tone={isGood ? 'good' : 'bad'}>{isGood ? words.reportGood : words.reportBad}</Notice>
      <p>
        <Link to={back}>{words.back}</Link>
      </p>
      <Section title={words.stepsTitle}>
        <Stack>
          {steps.map((step, index) => (
            <Step key={`${index} ${step.check}`} step={step} />
          ))}
        </Stack>
      </Section>
      {mapped && <Mapped mapped={mapped} />}
      <Section title={words.receivedTitle}>
        {received.length === 0 ? (
          <p className="muted">{words.nothingReceived}</p>
        ) : (
          <Facts facts={received.map(({ name, values }) => [name, values.join(', ')] as const)} />
        )}
      </Section>
    </Stack>
  )
}

function Step({ step: { check, outcome, seen, expected } }: { step: SignOnStep }) {
  const { what, mend } = wordsOf(check)
  const isFine = outcome === 'ok'
  const facts = [[words.seen, seen] as const, [words.expected, expected] as const]
  return (
    <Card>
      <Row>
        <Badge tone={TONES[outcome]}>{words.outcome[outcome]}</Badge>
        <strong>{what}</strong>
      </Row>
      {(seen || expected) && <Facts facts={facts} />}
      {!isFine && mend && <p>{mend}</p>}
    </Card>
  )
}

function Mapped({ mapped }: { mapped: NonNullable<SignOnReport['mapped']> }) {
  const { facts } = words
  const email = mapped.email && `${mapped.email} (${mapped.emailIsBelieved ? words.believed : words.notBelieved})`
  const groups = mapped.resourceGroups.map(({ group, role }) => `${group}: ${role}`).join(', ')
  return (
    <Section title={words.mappedTitle}>
      <Facts
        facts={[
          [facts.account, words.accounts[mapped.account](mapped.name ?? '')],
          [facts.subject, mapped.subject],
          [facts.email, email ?? words.none],
          [facts.fullname, mapped.fullname],
          [facts.groups, mapped.groups.join(', ') || words.none],
          [facts.role, mapped.role ?? words.none],
          [facts.resourceGroups, groups],
          [facts.secondFactor, mapped.asksSecondFactor ? words.asked : words.notAsked],
        ]}
      />
    </Section>
  )
}
