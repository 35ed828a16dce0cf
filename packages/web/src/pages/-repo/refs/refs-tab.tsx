import { deleteBranch, deleteTag } from '@stoa/contracts'
import { useMutation, useQueryClient, useSuspenseQuery } from '@tanstack/react-query'
import { Link, useNavigate } from '@tanstack/react-router'
import { useState } from 'react'
import { api } from '../../../lib/api.js'
import { at, headCommitQuery, refsQuery, repoParams } from '../../../lib/repo-queries.js'
import { t } from '../../../text/en.js'
import { tf } from '../../../text/en/files.js'
import { Badge } from '../../../ui/badge.js'
import { Button, ButtonLink, IconButton } from '../../../ui/button.js'
import { CopyText } from '../../../ui/copy-text.js'
import { IconGitBranch, IconGitCompare, IconPlus, IconTag, IconTrash } from '../../../ui/icons.js'
import { Section, Stack } from '../../../ui/page.js'
import { ConfirmByName } from '../../../ui/side-panel.js'
import { TimeAgo } from '../../../ui/time-ago.js'
import { useToast } from '../../../ui/toast.js'
import { useQuery } from '@tanstack/react-query'
import { type RepoProps, useCanWrite } from '../repo-frame.js'
import { FolderLink } from '../repo-link.js'
import { NewRef } from './new-ref.js'
import css from './refs.module.css'

const words = tf.refs
const s = { size: 16, stroke: 1.75, 'aria-hidden': true } as const

interface Ref {
  name: string
  targetCommit: string
}

/** Branches and tags: make, delete, compare. */
export function RefsTab({ kind, ns, repo }: RepoProps) {
  const { data } = useSuspenseQuery(refsQuery(kind, `${ns}/${repo}`))
  const canWrite = useCanWrite(ns)
  const [making, setMaking] = useState<'branch' | 'tag' | null>(null)
  const [dropping, setDropping] = useState<{ what: 'branch' | 'tag'; name: string } | null>(null)
  const place = { kind, ns, repo }
  const add = (what: 'branch' | 'tag') =>
    canWrite && (
      <Button icon={<IconPlus {...s} />} onClick={() => setMaking(what)}>
        {what === 'branch' ? words.newBranch : words.newTag}
      </Button>
    )
  const drop = (what: 'branch' | 'tag') => (canWrite ? (name: string) => setDropping({ what, name }) : undefined)
  return (
    <Stack>
      <Section title={words.branches} note={add('branch')}>
        <RefList {...place} what="branch" refs={data.branches} onDrop={drop('branch')} />
      </Section>
      <Section title={words.tags} note={add('tag')}>
        {data.tags.length > 0 ? (
          <RefList {...place} what="tag" refs={data.tags} onDrop={drop('tag')} />
        ) : (
          <p className="muted">{words.noTags}</p>
        )}
      </Section>
      {making && <NewRef {...place} what={making} onClose={() => setMaking(null)} />}
      {dropping && <DropRef {...place} {...dropping} onClose={() => setDropping(null)} />}
    </Stack>
  )
}

interface ListProps extends RepoProps {
  what: 'branch' | 'tag'
  refs: readonly Ref[]
  onDrop: ((name: string) => void) | undefined
}

function RefList({ kind, ns, repo, what, refs, onDrop }: ListProps) {
  const Icon = what === 'branch' ? IconGitBranch : IconTag
  const ordered = refs.toSorted((a, b) =>
    a.name === 'main' ? -1 : b.name === 'main' ? 1 : a.name.localeCompare(b.name),
  )
  return (
    <ul className={css.list} aria-label={what === 'branch' ? words.branches : words.tags}>
      {ordered.map(({ name, targetCommit }) => (
        <li key={name}>
          <span className={css.name}>
            <Icon {...s} />
            <FolderLink {...{ kind, ns, repo }} rev={name}>
              {name}
            </FolderLink>
            {name === 'main' && what === 'branch' && <Badge>{words.default}</Badge>}
          </span>
          <Head {...{ kind, ns, repo }} sha={targetCommit} />
          <span className={css.end}>
            {name !== 'main' && (
              <ButtonLink
                size="dense"
                variant="quiet"
                to={at(kind, '/$ns/$repo/compare/$spec')}
                params={{ ns, repo, spec: `main..${name}` }}
                icon={<IconGitCompare {...s} />}
                aria-label={words.compareWithMain(name)}
              >
                {words.compare}
              </ButtonLink>
            )}
            {onDrop && (name !== 'main' || what === 'tag') && (
              <IconButton size="dense" label={words.drop(name)} onClick={() => onDrop(name)}>
                <IconTrash {...s} />
              </IconButton>
            )}
          </span>
        </li>
      ))}
    </ul>
  )
}

/** What a ref points at. */
function Head({ kind, ns, repo, sha }: RepoProps & { sha: string }) {
  const { data } = useQuery({ ...headCommitQuery(kind, `${ns}/${repo}`, sha, ''), staleTime: Number.POSITIVE_INFINITY })
  return (
    <span className={css.head}>
      <CopyText text={sha} shown={sha.slice(0, 7)} what={t.repo.commit} />
      <Link to={at(kind, '/$ns/$repo/commit/$sha')} params={{ ns, repo, sha }}>
        {data?.commit?.title}
      </Link>
      {data?.commit && <TimeAgo at={data.commit.date} />}
    </span>
  )
}

function DropRef({
  kind,
  ns,
  repo,
  what,
  name,
  onClose,
}: RepoProps & { what: 'branch' | 'tag'; name: string; onClose: () => void }) {
  const id = `${ns}/${repo}`
  const client = useQueryClient()
  const say = useToast()
  const navigate = useNavigate()
  const drop = useMutation({
    mutationFn: () =>
      api.call(what === 'branch' ? deleteBranch : deleteTag, { params: { ...repoParams(kind, id), rev: name } }),
    onSuccess: async () => {
      onClose()
      await client.invalidateQueries({ queryKey: refsQuery(kind, id).queryKey })
      say(words.dropped(name))
    },
    onError: async (error) => {
      onClose()
      say(error.message)
      await navigate({ to: at(kind, '/$ns/$repo/refs'), params: { ns, repo } })
    },
  })
  return (
    <ConfirmByName
      isOpen
      onClose={onClose}
      onConfirm={() => drop.mutate()}
      title={what === 'branch' ? words.dropBranch : words.dropTag}
      text={what === 'branch' ? words.dropBranchHelp(name) : words.dropTagHelp(name)}
      verb={what === 'branch' ? words.dropBranch : words.dropTag}
      busy={drop.isPending}
    />
  )
}
