import type { SignOnSettings } from '@stoa/contracts'
import { type SignOnOwner, signOnActs, signOnQuery } from '../../lib/sign-on-queries.js'
import { useAct } from '../../lib/use-act.js'
import { useForm } from '../../lib/use-form.js'
import { signOn as words } from '../../text/en/sign-on.js'
import { Badge } from '../../ui/badge.js'
import { Button } from '../../ui/button.js'
import { CopyText } from '../../ui/copy-text.js'
import { ErrorSummary, formClass, TextField } from '../../ui/field.js'
import { Notice } from '../../ui/notice.js'
import { Card, Facts, Row, Section, Stack } from '../../ui/page.js'

type Domain = SignOnSettings['domains'][number]

/** Domains that are an owner's: added, shown by a DNS record, given up. */
export function Domains({ owner, domains }: { owner: SignOnOwner; domains: readonly Domain[] }) {
  return (
    <Section title={words.domains}>
      <Stack>
        <p className="muted">{words.domainsHelp}</p>
        {domains.map((domain) => (
          <DomainCard key={domain.id} owner={owner} domain={domain} />
        ))}
        <AddDomain key={domains.length} owner={owner} />
      </Stack>
    </Section>
  )
}

function AddDomain({ owner }: { owner: SignOnOwner }) {
  const add = useAct({ run: signOnActs(owner).addDomain, refresh: [signOnQuery(owner).queryKey] })
  const form = useForm({
    initial: { domain: '' },
    check: ({ domain }) => (domain.includes('.') ? {} : { domain: words.needDomain }),
    submit: ({ domain }) => add.mutateAsync(domain.trim()),
  })
  return (
    <form className={formClass} onSubmit={form.onSubmit} noValidate>
      <ErrorSummary message={form.message} />
      <TextField
        label={words.domain}
        placeholder="example.org"
        autoComplete="off"
        autoCapitalize="none"
        value={form.values.domain}
        error={form.errors.domain}
        onChange={(event) => form.set({ domain: event.target.value })}
      />
      <div>
        <Button type="submit" busy={form.isBusy}>
          {words.addDomain}
        </Button>
      </div>
    </form>
  )
}

function DomainCard({ owner, domain }: { owner: SignOnOwner; domain: Domain }) {
  const acts = signOnActs(owner)
  const refresh = [signOnQuery(owner).queryKey]
  const check = useAct({
    run: () => acts.checkDomain?.(domain.id) ?? Promise.resolve(domain),
    refresh,
    say: () => words.domainVerified(domain.domain),
  })
  const remove = useAct({ run: () => acts.removeDomain(domain.id), refresh })
  const problem = check.error ?? remove.error
  const isVerified = domain.verifiedAt !== null
  return (
    <Card>
      <Stack>
        <Row>
          <h3>{domain.domain}</h3>
          <Badge tone={isVerified ? 'good' : 'warn'}>{isVerified ? words.verified : words.waiting}</Badge>
        </Row>
        {!isVerified && (
          <>
            <p>{words.record}</p>
            <Facts
              facts={[
                [words.recordName, <CopyText key="name" text={domain.record.name} what={words.recordName} />],
                [words.recordValue, <CopyText key="value" text={domain.record.value} what={words.recordValue} />],
              ]}
            />
          </>
        )}
        {problem && (
          <Notice tone="bad" live>
            {problem.message}
          </Notice>
        )}
        <Row>
          {!isVerified && acts.checkDomain && (
            <Button variant="primary" busy={check.isPending} onClick={() => check.mutate()}>
              {words.check}
            </Button>
          )}
          <Button busy={remove.isPending} onClick={() => remove.mutate()}>
            {words.removeDomain}
          </Button>
        </Row>
      </Stack>
    </Card>
  )
}
