import { type TokenPolicyView, updateNetworkSecurity, updateTokenPolicy } from '@stoa/contracts'
import { useSuspenseQuery } from '@tanstack/react-query'
import { api } from '../../lib/api.js'
import { findBadNetwork, readNetworks } from '../../lib/networks.js'
import { useForm } from '../../lib/use-form.js'
import { t } from '../../text/en.js'
import { tokens as words } from '../../text/en/tokens.js'
import { Button } from '../../ui/button.js'
import { CheckField, ErrorSummary, formClass, SelectField, TextArea } from '../../ui/field.js'
import { Section } from '../../ui/page.js'
import { useToast } from '../../ui/toast.js'
import { useQueryClient } from '@tanstack/react-query'
import { networksQuery, orgTokensKey, tokenPolicyQuery } from './token-queries.js'

const KINDS = ['read', 'write', 'fineGrained'] as const
const AGES = [7, 30, 90, 180, 365]

/** Which tokens are let in. */
export function PolicyForm({ org }: { org: string }) {
  const { data: policy } = useSuspenseQuery(tokenPolicyQuery(org))
  const client = useQueryClient()
  const say = useToast()
  const form = useForm({
    initial: { ...policy, kinds: [...policy.kinds] },
    check: () => ({}),
    submit: (body: TokenPolicyView) => api.call(updateTokenPolicy, { params: { name: org }, body }),
    onDone: async (saved) => {
      client.setQueryData(tokenPolicyQuery(org).queryKey, saved)
      await client.invalidateQueries({ queryKey: orgTokensKey(org) })
      say(words.policySaved)
    },
  })
  const { values, set } = form
  const toggle = (kind: (typeof KINDS)[number]) =>
    set({ kinds: KINDS.filter((one) => (one === kind) !== values.kinds.includes(one)) })
  const ages = [...new Set([...AGES, ...(policy.maxAgeDays === null ? [] : [policy.maxAgeDays])])].sort((a, b) => a - b)
  return (
    <Section title={words.policy}>
      <form className={formClass} onSubmit={form.onSubmit} noValidate>
        <ErrorSummary message={form.message} />
        <fieldset style={{ border: 0, margin: 0, padding: 0 }}>
          <legend>{words.kinds}</legend>
          {KINDS.map((kind) => (
            <CheckField
              key={kind}
              label={t.account.roles[kind].name}
              checked={values.kinds.includes(kind)}
              onChange={() => toggle(kind)}
            />
          ))}
          <p className="muted">{words.kindsHelp}</p>
        </fieldset>
        <div>
          <CheckField
            label={words.needsApproval}
            checked={values.needsApproval}
            onChange={(event) => set({ needsApproval: event.target.checked })}
          />
          <p className="muted">{words.needsApprovalHelp}</p>
        </div>
        <SelectField
          label={words.maxAge}
          value={values.maxAgeDays === null ? '' : String(values.maxAgeDays)}
          options={[
            { value: '', label: words.maxAgeNone },
            ...ages.map((days) => ({ value: String(days), label: words.days(days) })),
          ]}
          onChange={(event) => set({ maxAgeDays: event.target.value ? Number(event.target.value) : null })}
        />
        <div>
          <Button type="submit" variant="primary" busy={form.isBusy}>
            {words.savePolicy}
          </Button>
        </div>
      </form>
    </Section>
  )
}

/** From where the organisation is reached. */
export function NetworksForm({ org }: { org: string }) {
  const { data } = useSuspenseQuery(networksQuery(org))
  const client = useQueryClient()
  const say = useToast()
  const form = useForm({
    initial: { text: data.ipRanges.join('\n'), isEnforced: data.enforceIpRestriction },
    check: ({ text, isEnforced }) => {
      const networks = readNetworks(text)
      const bad = findBadNetwork(networks)
      if (bad !== undefined) return { text: words.needNetwork(bad) }
      return isEnforced && networks.length === 0 ? { text: words.needNetworks } : {}
    },
    submit: ({ text, isEnforced }) =>
      api.call(updateNetworkSecurity, {
        params: { name: org },
        body: { ipRanges: readNetworks(text), enforceIpRestriction: isEnforced },
      }),
    onDone: (saved) => {
      client.setQueryData(networksQuery(org).queryKey, saved)
      say(words.networksSaved)
    },
    fieldOf: { Conflict: 'text' },
  })
  return (
    <Section title={words.networks}>
      <form className={formClass} onSubmit={form.onSubmit} noValidate>
        <ErrorSummary message={form.message} />
        <TextArea
          label={words.networks}
          help={words.networksHelp}
          rows={4}
          spellCheck={false}
          value={form.values.text}
          error={form.errors.text}
          onChange={(event) => form.set({ text: event.target.value })}
        />
        <div>
          <CheckField
            label={words.enforce}
            checked={form.values.isEnforced}
            onChange={(event) => form.set({ isEnforced: event.target.checked })}
          />
          <p className="muted">{words.enforceHelp}</p>
        </div>
        <div>
          <Button type="submit" busy={form.isBusy}>
            {words.saveNetworks}
          </Button>
        </div>
      </form>
    </Section>
  )
}
