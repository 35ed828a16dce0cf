import type { DirectoryFields } from '@stoa/contracts'
import { directory as words } from '../../text/en/directory.js'
import { CheckField, formClass, SelectField, TextArea, TextField } from '../../ui/field.js'
import { Section } from '../../ui/page.js'
import { type DirectoryForm, PRESETS } from './directory-fields.js'

interface Props {
  values: DirectoryForm
  errors: Partial<Record<keyof DirectoryForm, string>>
  set: (change: Partial<DirectoryForm>) => void
}

type TextKey = { [K in keyof DirectoryForm]: DirectoryForm[K] extends string ? K : never }[keyof DirectoryForm]

/** One line of the form, wired by its key. */
function Line({
  form,
  at,
  label,
  help,
  type,
}: {
  form: Props
  at: TextKey
  label: string
  help?: string
  type?: string
}) {
  return (
    <TextField
      label={label}
      help={help}
      type={type}
      autoComplete={type === 'password' ? 'new-password' : 'off'}
      value={form.values[at]}
      error={form.errors[at]}
      onChange={(event) => form.set({ [at]: event.target.value })}
    />
  )
}

export function ConnectionFields({ isKept, isNew, ...form }: Props & { isKept: boolean; isNew: boolean }) {
  const { values, set } = form
  return (
    <>
      {isNew && (
        <SelectField
          label={words.kind}
          help={words.kindHelp}
          value={values.id === PRESETS.ad.id ? 'ad' : 'openldap'}
          options={(['openldap', 'ad'] as const).map((value) => ({ value, label: words.kinds[value] }))}
          onChange={(event) => set(PRESETS[event.target.value as keyof typeof PRESETS])}
        />
      )}
      <Line form={form} at="name" label={words.name} />
      <Line form={form} at="url" label={words.url} help={words.urlHelp} />
      <SelectField
        label={words.security}
        value={values.security}
        options={(['ldaps', 'starttls', 'plain'] as const).map((value) => ({ value, label: words.securities[value] }))}
        onChange={(event) => set({ security: event.target.value as DirectoryFields['security'] })}
      />
      {values.security === 'plain' && (
        <CheckField
          label={words.allowPlain}
          checked={values.allowPlain}
          onChange={(event) => set({ allowPlain: event.target.checked })}
        />
      )}
      {values.security !== 'plain' && (
        <TextArea
          label={words.ca}
          help={words.caHelp}
          optional
          rows={3}
          spellCheck={false}
          value={values.caPem}
          onChange={(event) => set({ caPem: event.target.value })}
        />
      )}
      <Line form={form} at="bindDn" label={words.bindDn} help={words.bindDnHelp} />
      <Line
        form={form}
        at="bindPassword"
        label={words.bindPassword}
        type="password"
        {...(isKept ? { help: words.bindPasswordKept } : {})}
      />
    </>
  )
}

export function PeopleFields(form: Props) {
  return (
    <Section title={words.people}>
      <div className={formClass}>
        <Line form={form} at="base" label={words.base} />
        <Line form={form} at="filter" label={words.filter} help={words.filterHelp} />
        <Line form={form} at="id" label={words.idAttribute} />
        <Line form={form} at="login" label={words.loginAttribute} />
        <Line form={form} at="email" label={words.emailAttribute} />
        <Line form={form} at="fullname" label={words.fullnameAttribute} />
      </div>
    </Section>
  )
}

export function GroupFields(form: Props) {
  const { values, errors, set } = form
  return (
    <Section title={words.groups}>
      <div className={formClass}>
        <Line form={form} at="groupBase" label={words.groupBase} />
        <Line form={form} at="groupFilter" label={words.groupFilter} />
        <Line form={form} at="memberAttribute" label={words.memberAttribute} />
        <SelectField
          label={words.nested}
          value={values.nested}
          options={(['no', 'matching-rule', 'walk'] as const).map((value) => ({
            value,
            label: words.nestedWays[value],
          }))}
          onChange={(event) => set({ nested: event.target.value as DirectoryForm['nested'] })}
        />
        <TextArea
          label={words.rules}
          help={words.rulesHelp}
          optional
          rows={4}
          spellCheck={false}
          value={values.rules}
          error={errors.rules}
          onChange={(event) => set({ rules: event.target.value })}
        />
      </div>
    </Section>
  )
}

export function AccountFields(form: Props) {
  const { values, set } = form
  return (
    <Section title={words.behaviour}>
      <div className={formClass}>
        <CheckField
          label={words.creates}
          checked={values.createsAccounts}
          onChange={(event) => set({ createsAccounts: event.target.checked })}
        />
        <CheckField
          label={words.links}
          checked={values.linksByEmail}
          onChange={(event) => set({ linksByEmail: event.target.checked })}
        />
        <CheckField
          label={words.enabled}
          checked={values.isEnabled}
          onChange={(event) => set({ isEnabled: event.target.checked })}
        />
        <Line form={form} at="syncMinutes" label={words.sync} help={words.syncHelp} />
        <Line form={form} at="timeoutMs" label={words.timeout} />
      </div>
    </Section>
  )
}
