import { createToken, listTokens, TOKEN_PERMISSIONS } from '@stoa/contracts'
import { useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { api, baseUrl } from '../../lib/api.js'
import { useSession, writableAccounts } from '../../lib/session.js'
import { readNetworks } from '../../lib/networks.js'
import { useForm } from '../../lib/use-form.js'
import { t } from '../../text/en.js'
import { Button } from '../../ui/button.js'
import { CommandBlock } from '../../ui/code-snippet.js'
import { CheckField, ChoiceField, ErrorSummary, formClass, SelectField, TextField } from '../../ui/field.js'
import { Notice } from '../../ui/notice.js'
import { Secret } from '../../ui/secret.js'
import { SidePanel } from '../../ui/side-panel.js'
import { NetworksField, networkProblem } from '../../ui/token-networks.js'

const words = t.account
type Role = 'read' | 'write' | 'fineGrained'
type Permission = (typeof TOKEN_PERMISSIONS)[number]
interface Made {
  name: string
  secret: string
}

/** Makes a token and shows its secret once. */
export function NewTokenPanel({ isOpen, onClose }: { isOpen: boolean; onClose: () => void }) {
  const [made, setMade] = useState<Made | null>(null)
  const close = () => {
    setMade(null)
    onClose()
  }
  return (
    <SidePanel isOpen={isOpen} onClose={close} title={made ? words.tokenReady(made.name) : words.newToken}>
      {made ? <TokenMade made={made} onClose={close} /> : <TokenForm onMade={setMade} />}
    </SidePanel>
  )
}

function TokenMade({ made, onClose }: { made: Made; onClose: () => void }) {
  return (
    <>
      <Notice tone="warn">{t.parts.secretOnce}</Notice>
      <Secret value={made.secret} what={made.name} />
      <CommandBlock
        what={t.parts.commandLine}
        text={`export HF_ENDPOINT=${baseUrl()}\nhf auth login --token $HF_TOKEN`}
      />
      <Button variant="primary" onClick={onClose}>
        {t.parts.close}
      </Button>
    </>
  )
}

function TokenForm({ onMade }: { onMade: (made: Made) => void }) {
  const session = useSession()
  const client = useQueryClient()
  const accounts = writableAccounts(session)
  const form = useForm({
    initial: {
      name: '',
      role: 'read' as Role,
      account: accounts[0]?.name ?? '',
      permissions: [] as Permission[],
      days: '',
      networks: '',
    },
    check: ({ name, role, permissions, networks }) => ({
      ...networkProblem(networks),
      ...(name.trim() ? {} : { name: words.needTokenName }),
      ...(role === 'fineGrained' && permissions.length === 0 ? { permissions: words.needPermission } : {}),
    }),
    submit: ({ name, role, account, permissions, days, networks }) => {
      const type = accounts.find((one) => one.name === account)?.type ?? 'user'
      const scopes = role === 'fineGrained' ? { scopes: [{ entity: { type, name: account }, permissions }] } : {}
      return api.call(createToken, {
        body: {
          name: name.trim(),
          role,
          ...scopes,
          ...(days ? { expiresInDays: Number(days) } : {}),
          ipRanges: readNetworks(networks),
        },
      })
    },
    onDone: async ({ token, secret }) => {
      onMade({ name: token.name, secret })
      await client.invalidateQueries({ queryKey: [listTokens.id] })
    },
    fieldOf: { TokenNameTaken: 'name' },
  })
  const { values, errors, set } = form
  const toggle = (permission: Permission) =>
    set({
      permissions: values.permissions.includes(permission)
        ? values.permissions.filter((one) => one !== permission)
        : [...values.permissions, permission],
    })
  return (
    <form className={formClass} onSubmit={form.onSubmit} noValidate>
      <ErrorSummary message={form.message} />
      <TextField
        label={words.tokenName}
        help={words.tokenNameHelp}
        placeholder={words.tokenNamePlaceholder}
        autoFocus
        autoComplete="off"
        value={values.name}
        error={errors.name}
        onChange={(event) => set({ name: event.target.value })}
      />
      <ChoiceField
        legend={words.tokenRole}
        name="role"
        value={values.role}
        onChange={(role) => set({ role })}
        choices={(['read', 'write', 'fineGrained'] as const).map((value) => ({
          value,
          label: words.roles[value].name,
          help: words.roles[value].help,
        }))}
      />
      {values.role === 'fineGrained' && (
        <>
          <SelectField
            label={words.scopeOf}
            value={values.account}
            options={accounts.map(({ name }) => ({ value: name, label: name }))}
            onChange={(event) => set({ account: event.target.value })}
          />
          <fieldset style={{ border: 0, margin: 0, padding: 0 }}>
            <legend>{words.permissions}</legend>
            {TOKEN_PERMISSIONS.map((permission) => (
              <CheckField
                key={permission}
                label={<code>{permission}</code>}
                checked={values.permissions.includes(permission)}
                onChange={() => toggle(permission)}
              />
            ))}
          </fieldset>
          {errors.permissions && (
            <Notice tone="bad" live>
              {errors.permissions}
            </Notice>
          )}
        </>
      )}
      <SelectField
        label={words.expires}
        value={values.days}
        options={[
          { value: '', label: words.never },
          ...[7, 30, 90, 365].map((days) => ({ value: String(days), label: words.inDays(days) })),
        ]}
        onChange={(event) => set({ days: event.target.value })}
      />
      <NetworksField value={values.networks} error={errors.networks} onChange={(networks) => set({ networks })} />
      <div>
        <Button type="submit" variant="primary" busy={form.isBusy}>
          {words.createToken}
        </Button>
      </div>
    </form>
  )
}
