import { createRepo } from '@stoa/contracts'
import { useQueryClient } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import { api, baseUrl } from '../../lib/api.js'
import type { RepoKindName } from '../../lib/repo-list.js'
import { useSession, writableAccounts } from '../../lib/session.js'
import { useForm } from '../../lib/use-form.js'
import { t } from '../../text/en.js'
import { Button } from '../../ui/button.js'
import { CommandBlock } from '../../ui/code-snippet.js'
import { ChoiceField, ErrorSummary, formClass, SelectField, TextField } from '../../ui/field.js'
import { Page, PageHeader, Section, Stack } from '../../ui/page.js'

const words = t.repo.create
const namePattern = /^[A-Za-z0-9]([\w.-]*[A-Za-z0-9])?$/
/** SPDX ids people choose most for models and data. */
const licences = [
  'apache-2.0',
  'mit',
  'bsd-3-clause',
  'cc-by-4.0',
  'cc-by-sa-4.0',
  'cc-by-nc-4.0',
  'cc0-1.0',
  'openrail',
  'llama3.1',
  'gpl-3.0',
  'other',
]

/** Makes a repository; its page opens afterwards. */
export function NewRepoPage({ kind }: { kind: RepoKindName }) {
  const title = kind === 'model' ? words.title : words.titleDataset
  const cli = `export HF_ENDPOINT=${baseUrl()}\nhf repo create my-${kind}${kind === 'dataset' ? ' --repo-type dataset' : ''}`
  return (
    <Page narrow>
      <PageHeader title={title} lead={words.lead} />
      <Stack>
        <NewRepoForm kind={kind} />
        <Section title={t.parts.commandLine}>
          <CommandBlock text={cli} what={t.parts.commandLine} />
        </Section>
      </Stack>
    </Page>
  )
}

function NewRepoForm({ kind }: { kind: RepoKindName }) {
  const session = useSession()
  const accounts = writableAccounts(session)
  const navigate = useNavigate()
  const client = useQueryClient()
  const isOrg = (owner: string): boolean => accounts.some(({ name, type }) => name === owner && type === 'org')
  const form = useForm({
    initial: {
      owner: accounts[0]?.name ?? '',
      name: '',
      licence: '',
      visibility: 'public' as 'public' | 'internal' | 'private',
    },
    check: ({ name }) =>
      name.trim() === '' ? { name: words.nameNeeded } : namePattern.test(name.trim()) ? {} : { name: words.nameBad },
    submit: ({ owner, name, licence, visibility }) =>
      api.call(createRepo, {
        body: {
          name: name.trim(),
          organization: owner,
          type: kind,
          visibility: isOrg(owner) || visibility !== 'internal' ? visibility : 'private',
          ...(licence ? { license: licence } : {}),
        },
      }),
    onDone: async (_, { owner, name }) => {
      await client.invalidateQueries()
      const params = { ns: owner, repo: name.trim(), rev: 'main', _splat: '' }
      await (kind === 'model'
        ? navigate({ to: '/$ns/$repo/tree/$rev/$', params })
        : navigate({ to: '/datasets/$ns/$repo/tree/$rev/$', params }))
    },
    fieldOf: { RepoExists: 'name', InvalidRepoName: 'name' },
  })
  const { values, errors, set } = form
  return (
    <form className={formClass} onSubmit={form.onSubmit} noValidate>
      <ErrorSummary message={form.message} />
      <SelectField
        label={words.owner}
        help={words.ownerHelp}
        value={values.owner}
        options={accounts.map(({ name }) => ({ value: name, label: name }))}
        onChange={(event) => set({ owner: event.target.value })}
      />
      <TextField
        label={words.name}
        help={`${words.nameHelp} ${baseUrl().replace(/^https?:\/\//, '')}/${kind === 'dataset' ? 'datasets/' : ''}${values.owner}/${values.name.trim() || '…'}`}
        placeholder={words.namePlaceholder}
        autoFocus
        autoComplete="off"
        spellCheck={false}
        maxLength={96}
        value={values.name}
        error={errors.name}
        onChange={(event) => set({ name: event.target.value })}
      />
      <SelectField
        label={words.licence}
        help={words.licenceHelp}
        value={values.licence}
        options={[{ value: '', label: words.licenceNone }, ...licences.map((id) => ({ value: id, label: id }))]}
        onChange={(event) => set({ licence: event.target.value })}
      />
      <ChoiceField
        legend={words.visibility}
        name="visibility"
        value={values.visibility}
        onChange={(visibility) => set({ visibility })}
        choices={[
          { value: 'public', label: t.repo.public, help: words.publicHelp },
          ...(isOrg(values.owner)
            ? [{ value: 'internal' as const, label: t.repo.internal, help: words.internalHelp }]
            : []),
          { value: 'private', label: t.repo.private, help: words.privateHelp },
        ]}
      />
      <div>
        <Button type="submit" variant="primary" size="large" busy={form.isBusy}>
          {kind === 'model' ? words.submit : words.submitDataset}
        </Button>
      </div>
    </form>
  )
}
