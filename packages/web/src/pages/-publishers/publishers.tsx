import { addPublisher, listPublishers, removePublisher, type ResponseOf } from '@stoa/contracts'
import { queryOptions, useQuery, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { api } from '../../lib/api.js'
import { useAct } from '../../lib/use-act.js'
import { useForm } from '../../lib/use-form.js'
import { publishers as words } from '../../text/en/publishers.js'
import { Button } from '../../ui/button.js'
import { DataTable } from '../../ui/data-table.js'
import { EmptyState } from '../../ui/empty-state.js'
import { ErrorState } from '../../ui/error-state.js'
import { ErrorSummary, formClass, SelectField, TextArea, TextField } from '../../ui/field.js'
import { Notice } from '../../ui/notice.js'
import { Section, Stack } from '../../ui/page.js'
import { ConfirmByName } from '../../ui/side-panel.js'
import { Skeleton } from '../../ui/skeleton.js'
import { TimeAgo } from '../../ui/time-ago.js'
import { useToast } from '../../ui/toast.js'

type List = ResponseOf<typeof listPublishers>
type Publisher = List['publishers'][number]

const publishersQuery = (account: string) =>
  queryOptions({
    queryKey: [listPublishers.id, account],
    queryFn: ({ signal }) => api.call(listPublishers, { params: { name: account }, signal }),
  })

/** Build jobs that may write to repositories of an account. */
export function Publishers({ account }: { account: string }) {
  const { data, error, refetch } = useQuery(publishersQuery(account))
  if (error) return <ErrorState error={error} onRetry={() => void refetch()} />
  if (!data) return <Skeleton lines={4} />
  return (
    <Stack>
      {data.publishers.length === 0 ? (
        <EmptyState title={words.none}>{words.noneHelp}</EmptyState>
      ) : (
        <PublisherTable account={account} publishers={data.publishers} />
      )}
      {data.issuers.length === 0 ? (
        <Notice>{words.noIssuers}</Notice>
      ) : (
        <Section title={words.add}>
          <AddForm account={account} issuers={data.issuers} />
        </Section>
      )}
    </Stack>
  )
}

const claimText = (claims: Publisher['claims']): string =>
  Object.entries(claims)
    .map(([name, value]) => `${name} = ${value}`)
    .join(', ')

function PublisherTable({ account, publishers }: { account: string; publishers: readonly Publisher[] }) {
  const [asked, setAsked] = useState<Publisher | null>(null)
  const remove = useAct({
    run: (one: Publisher) => api.call(removePublisher, { params: { publisherId: one.id } }),
    refresh: [publishersQuery(account).queryKey],
    say: () => words.removed,
    after: () => setAsked(null),
  })
  return (
    <>
      {remove.error && <Notice tone="bad">{remove.error.message}</Notice>}
      <DataTable
        name={words.title}
        rows={publishers}
        rowKey={(one) => one.id}
        columns={[
          { id: 'target', head: words.target, cell: (one) => one.targetName, value: (one) => one.targetName },
          { id: 'issuer', head: words.issuer, cell: (one) => one.issuer, value: (one) => one.issuer },
          {
            id: 'claims',
            head: words.claims,
            cell: (one) => <code>{claimText(one.claims)}</code>,
            value: (one) => claimText(one.claims),
          },
          { id: 'by', head: words.by, cell: (one) => one.user, value: (one) => one.user },
          {
            id: 'lastUsed',
            head: words.lastUsed,
            cell: (one) => (one.lastUsedAt ? <TimeAgo at={one.lastUsedAt} /> : words.never),
            value: (one) => one.lastUsedAt,
          },
          {
            id: 'remove',
            head: '',
            cell: (one) => (
              <Button size="dense" onClick={() => setAsked(one)}>
                {words.remove}
              </Button>
            ),
          },
        ]}
      />
      <ConfirmByName
        isOpen={asked !== null}
        onClose={() => setAsked(null)}
        title={words.removeTitle(asked?.targetName ?? '')}
        text={words.removeHelp}
        verb={words.remove}
        busy={remove.isPending}
        onConfirm={() => asked && remove.mutate(asked)}
      />
    </>
  )
}

/** Claims of lines `name = value`; null when a line is none. */
function readClaims(text: string): Record<string, string> | null {
  const lines = text.split('\n').filter((line) => line.trim() !== '')
  const pairs = lines.map((line) => /^\s*([\w:/.-]+)\s*=\s*(\S.*?)\s*$/.exec(line))
  if (pairs.length === 0 || pairs.includes(null)) return null
  return Object.fromEntries(pairs.map((pair) => [pair?.[1] ?? '', pair?.[2] ?? '']))
}

const KINDS = ['model', 'dataset', 'space'] as const

function AddForm({ account, issuers }: { account: string; issuers: List['issuers'] }) {
  const client = useQueryClient()
  const say = useToast()
  const form = useForm({
    initial: {
      issuer: issuers[0]?.issuer ?? '',
      kind: 'model' as (typeof KINDS)[number],
      target: `${account}/`,
      claims: '',
    },
    check: ({ target, claims }) => ({
      ...(/^[^/\s]+\/[^/\s]+$/.test(target.trim()) ? {} : { target: words.needTarget }),
      ...(readClaims(claims) ? {} : { claims: words.needClaims }),
    }),
    submit: ({ issuer, kind, target, claims }) =>
      api.call(addPublisher, {
        body: { issuer, targetType: kind, targetName: target.trim(), claims: readClaims(claims) ?? {} },
      }),
    onDone: async (made) => {
      await client.invalidateQueries({ queryKey: publishersQuery(account).queryKey })
      form.set({ target: `${account}/`, claims: '' })
      say(words.added(made.targetName))
    },
  })
  return (
    <form className={formClass} onSubmit={form.onSubmit} noValidate>
      <ErrorSummary message={form.message} />
      <SelectField
        label={words.issuer}
        value={form.values.issuer}
        options={issuers.map(({ issuer }) => ({ value: issuer, label: issuer }))}
        onChange={(event) => form.set({ issuer: event.target.value })}
      />
      <SelectField
        label={words.kind}
        value={form.values.kind}
        options={KINDS.map((kind) => ({ value: kind, label: words.kinds[kind] }))}
        onChange={(event) => form.set({ kind: event.target.value as (typeof KINDS)[number] })}
      />
      <TextField
        label={words.repository}
        autoComplete="off"
        value={form.values.target}
        error={form.errors.target}
        onChange={(event) => form.set({ target: event.target.value })}
      />
      <TextArea
        label={words.claims}
        help={words.claimsHelp}
        value={form.values.claims}
        error={form.errors.claims}
        onChange={(event) => form.set({ claims: event.target.value })}
      />
      <div>
        <Button type="submit" variant="primary" busy={form.isBusy}>
          {words.add}
        </Button>
      </div>
    </form>
  )
}
