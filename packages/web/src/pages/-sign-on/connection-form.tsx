import type { ConnectionView } from '@stoa/contracts'
import { type ConnectionWish, type SignOnOwner, signOnActs, signOnQuery } from '../../lib/sign-on-queries.js'
import { useAct } from '../../lib/use-act.js'
import { useForm } from '../../lib/use-form.js'
import { signOn as words } from '../../text/en/sign-on.js'
import { Button } from '../../ui/button.js'
import { CheckField, ChoiceField, ErrorSummary, formClass, SelectField, TextArea, TextField } from '../../ui/field.js'
import { Row } from '../../ui/page.js'
import { findBadGroup, findBadRole, readGroups, readRoles, showGroups, showRoles } from './rules.js'

interface Props {
  owner: SignOnOwner
  protocol: ConnectionView['protocol']
  /** Null for a new one. */
  connection: ConnectionView | null
  onDone: () => void
}

const ROLES = ['read', 'contributor', 'write', 'admin', 'no_access'] as const

function valuesOf(connection: ConnectionView | null) {
  const { mapping } = connection ?? {}
  return {
    name: connection?.name ?? '',
    issuer: connection?.oidc?.issuer ?? '',
    clientId: connection?.oidc?.clientId ?? '',
    clientSecret: '',
    scopes: connection?.oidc?.scopes ?? 'profile email',
    metadata: '',
    enabled: connection?.enabled ?? true,
    createsAccounts: connection?.createsAccounts ?? true,
    secondFactor: connection?.secondFactor ?? ('ours' as const),
    defaultRole: mapping ? (mapping.defaultRole ?? '') : 'read',
    roles: showRoles(mapping?.roles ?? []),
    groups: showGroups(mapping?.groups ?? []),
    groupsAttribute: mapping?.attributes.groups ?? '',
  }
}
type Values = ReturnType<typeof valuesOf>

function wishOf(values: Values, { protocol, connection, owner }: Props): ConnectionWish {
  const { name, enabled, createsAccounts, secondFactor, issuer, clientId, scopes, clientSecret, metadata } = values
  const groups = values.groupsAttribute.trim()
  const attributes = { ...connection?.mapping.attributes }
  delete attributes.groups
  const mapping =
    owner === 'platform'
      ? {}
      : {
          mapping: {
            attributes: { ...attributes, ...(groups ? { groups } : {}) },
            defaultRole: (values.defaultRole || null) as ConnectionView['mapping']['defaultRole'],
            roles: readRoles(values.roles),
            groups: readGroups(values.groups),
          },
        }
  const oidc = {
    oidc: { issuer: issuer.trim(), clientId: clientId.trim(), scopes: scopes.trim() },
    ...(clientSecret ? { clientSecret } : {}),
  }
  const saml = metadata.trim() ? { samlMetadata: metadata.trim() } : {}
  return {
    name: name.trim(),
    enabled,
    createsAccounts,
    secondFactor,
    ...mapping,
    ...(protocol === 'oidc' ? oidc : saml),
  }
}

/** Makes or changes a connection: what the provider gives, and what follows here. */
export function ConnectionForm(props: Props) {
  const { owner, protocol, connection, onDone } = props
  const acts = signOnActs(owner)
  const save = useAct({
    run: (wish: ConnectionWish) =>
      connection ? acts.update(connection.id, wish) : acts.create({ ...wish, name: wish.name ?? '' }),
    refresh: [signOnQuery(owner).queryKey],
    say: () => words.saved,
  })
  const form = useForm({
    initial: valuesOf(connection),
    check: (values) => {
      const [badRole, badGroup] = [findBadRole(values.roles), findBadGroup(values.groups)]
      const isOidcMissing = protocol === 'oidc' && (!values.issuer.trim() || !values.clientId.trim())
      const isSamlMissing = protocol === 'saml' && !connection && !values.metadata.trim()
      return {
        ...(values.name.trim() ? {} : { name: words.needName }),
        ...(isOidcMissing ? { issuer: words.needIssuer } : {}),
        ...(isSamlMissing ? { metadata: words.needMetadata } : {}),
        ...(badRole ? { roles: words.badRule(badRole) } : {}),
        ...(badGroup ? { groups: words.badRule(badGroup) } : {}),
      }
    },
    submit: (values) => save.mutateAsync(wishOf(values, props)),
    onDone,
  })
  return (
    <form className={formClass} onSubmit={form.onSubmit} noValidate>
      <ErrorSummary message={form.message} />
      <TextField
        label={words.name}
        autoFocus
        maxLength={60}
        autoComplete="off"
        value={form.values.name}
        error={form.errors.name}
        onChange={(event) => form.set({ name: event.target.value })}
      />
      {protocol === 'oidc' ? (
        <OidcFields form={form} hasSecret={connection?.oidc?.hasSecret ?? false} />
      ) : (
        <SamlFields form={form} />
      )}
      {owner !== 'platform' && <MappingFields form={form} />}
      <ChoiceField
        legend={words.secondFactor}
        name="secondFactor"
        value={form.values.secondFactor}
        onChange={(secondFactor) => form.set({ secondFactor })}
        choices={(['ours', 'theirs', 'by_amr'] as const).map((value) => ({ value, ...words.secondFactors[value] }))}
      />
      <CheckField
        label={words.createsAccounts}
        checked={form.values.createsAccounts}
        onChange={(event) => form.set({ createsAccounts: event.target.checked })}
      />
      <CheckField
        label={words.enabled}
        checked={form.values.enabled}
        onChange={(event) => form.set({ enabled: event.target.checked })}
      />
      {!connection && <p className="muted">{words.afterSave}</p>}
      <Row>
        <Button type="submit" variant="primary" busy={form.isBusy}>
          {words.save}
        </Button>
        <Button onClick={onDone}>{words.cancel}</Button>
      </Row>
    </form>
  )
}

type Form = Pick<ReturnType<typeof useForm<Values, unknown>>, 'values' | 'errors' | 'set'>

function OidcFields({ form, hasSecret }: { form: Form; hasSecret: boolean }) {
  return (
    <>
      <TextField
        label={words.issuer}
        help={words.issuerHelp}
        type="url"
        inputMode="url"
        autoComplete="off"
        value={form.values.issuer}
        error={form.errors.issuer}
        onChange={(event) => form.set({ issuer: event.target.value })}
      />
      <TextField
        label={words.clientId}
        autoComplete="off"
        value={form.values.clientId}
        onChange={(event) => form.set({ clientId: event.target.value })}
      />
      <TextField
        label={words.clientSecret}
        help={hasSecret ? words.secretKept : undefined}
        type="password"
        autoComplete="off"
        value={form.values.clientSecret}
        onChange={(event) => form.set({ clientSecret: event.target.value })}
      />
      <TextField
        label={words.scopes}
        autoComplete="off"
        value={form.values.scopes}
        onChange={(event) => form.set({ scopes: event.target.value })}
      />
    </>
  )
}

function SamlFields({ form }: { form: Form }) {
  return (
    <TextArea
      label={words.metadata}
      help={words.metadataHelp}
      rows={6}
      spellCheck={false}
      value={form.values.metadata}
      error={form.errors.metadata}
      onChange={(event) => form.set({ metadata: event.target.value })}
    />
  )
}

function MappingFields({ form }: { form: Form }) {
  return (
    <>
      <SelectField
        label={words.defaultRole}
        value={form.values.defaultRole}
        options={[...ROLES.map((role) => ({ value: role, label: role })), { value: '', label: words.nobodyElse }]}
        onChange={(event) => form.set({ defaultRole: event.target.value as Values['defaultRole'] })}
      />
      <TextArea
        label={words.mappingTitle}
        help={words.mappingHelp}
        rows={3}
        spellCheck={false}
        placeholder="engineers = write"
        value={form.values.roles}
        error={form.errors.roles}
        onChange={(event) => form.set({ roles: event.target.value })}
      />
      <TextArea
        label={words.groupRules}
        help={words.groupRulesHelp}
        rows={2}
        spellCheck={false}
        placeholder="vision-team = vision : write"
        value={form.values.groups}
        error={form.errors.groups}
        onChange={(event) => form.set({ groups: event.target.value })}
      />
      <TextField
        label={words.groupsAttribute}
        help={words.groupsAttributeHelp}
        optional
        autoComplete="off"
        value={form.values.groupsAttribute}
        onChange={(event) => form.set({ groupsAttribute: event.target.value })}
      />
    </>
  )
}
