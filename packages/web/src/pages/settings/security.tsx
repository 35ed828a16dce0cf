import { useSuspenseQuery } from '@tanstack/react-query'
import { createFileRoute } from '@tanstack/react-router'
import { factorsQuery } from '../../lib/factor-queries.js'
import { t } from '../../text/en.js'
import { security as words } from '../../text/en/security.js'
import { PageHeader, Section } from '../../ui/page.js'
import { Identities } from '../-sign-on/identities.js'
import { PasswordForm } from '../-security/password-form.js'
import { Sessions } from '../-security/sessions.js'
import { TwoFactor } from '../-security/two-factor.js'

export const Route = createFileRoute('/settings/security')({
  loader: ({ context }) => context.queryClient.ensureQueryData(factorsQuery),
  component: Security,
})

function Security() {
  const { data: factors } = useSuspenseQuery(factorsQuery)
  const hasFactor = factors.totpSince !== null || factors.passkeys.length > 0
  return (
    <>
      <div>
        <PageHeader title={words.title} lead={words.lead} />
        <Section title={words.twoFactor}>
          <TwoFactor factors={factors} />
        </Section>
      </div>
      {(factors.hasPassword || hasFactor) && (
        <Section title={factors.hasPassword ? t.account.changePassword : words.setPassword}>
          <PasswordForm hasPassword={factors.hasPassword} />
        </Section>
      )}
      <Identities hasPassword={factors.hasPassword} />
      <Section title={t.account.sessions}>
        <Sessions />
      </Section>
    </>
  )
}
