import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { at, refsQuery } from '../../lib/repo-queries.js'
import { t } from '../../text/en.js'
import { tf } from '../../text/en/files.js'
import { SelectField } from '../../ui/field.js'
import { IconGitBranch } from '../../ui/icons.js'
import type { RepoProps } from './repo-frame.js'
import css from './repo.module.css'

/** Branches and tags; a commit that is neither stands first. */
export function RevPicker({ kind, ns, repo, rev, onRev }: RepoProps & { rev: string; onRev: (rev: string) => void }) {
  const { data } = useQuery(refsQuery(kind, `${ns}/${repo}`))
  const names = [...new Set([...(data?.branches ?? []), ...(data?.tags ?? [])].map((ref) => ref.name))]
  const options = (names.includes(rev) ? names : [rev, ...names]).map((name) => ({
    value: name,
    label: /^[0-9a-f]{40}$/.test(name) ? name.slice(0, 7) : name,
  }))
  return (
    <div className={css.rev}>
      <SelectField
        label={t.repo.revision}
        hideLabel
        dense
        value={rev}
        options={options}
        onChange={(event) => onRev(event.target.value)}
      />
      <Link to={at(kind, '/$ns/$repo/refs')} params={{ ns, repo }} className={css.refsLink} title={tf.refs.title}>
        <IconGitBranch size={16} stroke={1.75} aria-hidden />
        {data ? tf.refs.count(data.branches.length, data.tags.length) : tf.refs.title}
      </Link>
    </div>
  )
}
