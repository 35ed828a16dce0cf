import { useQuery } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import { at, refsQuery } from '../../../lib/repo-queries.js'
import { tf } from '../../../text/en/files.js'
import { IconButton } from '../../../ui/button.js'
import { SelectField } from '../../../ui/field.js'
import { IconArrowsSort } from '../../../ui/icons.js'
import { Notice } from '../../../ui/notice.js'
import { Section, Stack } from '../../../ui/page.js'
import { DiffOf } from '../diff/diff-of.js'
import type { RepoProps } from '../repo-frame.js'
import css from './refs.module.css'

const words = tf.refs

/** `base..head` of an address; three dots are understood too. */
export function readSpec(spec: string): [base: string, head: string] | null {
  const [base, head, more] = spec.split(/\.{2,3}/)
  return base && head && more === undefined ? [base, head] : null
}

/** What one revision has that another has not. */
export function CompareTab({ kind, ns, repo, spec }: RepoProps & { spec: string }) {
  const { data } = useQuery(refsQuery(kind, `${ns}/${repo}`))
  const navigate = useNavigate()
  const pair = readSpec(spec)
  if (!pair) return <Notice tone="warn">{words.badSpec}</Notice>
  const [base, head] = pair
  const names = [...(data?.branches ?? []), ...(data?.tags ?? [])].map(({ name }) => name)
  const options = (own: string) =>
    [...new Set([own, ...names])].map((name) => ({
      value: name,
      label: /^[0-9a-f]{40}$/.test(name) ? name.slice(0, 7) : name.replace(/^refs\/pr\//, words.pullRequest),
    }))
  const go = (from: string, to: string) =>
    void navigate({ to: at(kind, '/$ns/$repo/compare/$spec'), params: { ns, repo, spec: `${from}..${to}` } })
  return (
    <Stack>
      <Section title={words.compareTitle}>
        <div className={css.pick}>
          <SelectField
            label={words.base}
            value={base}
            options={options(base)}
            onChange={(event) => go(event.target.value, head)}
          />
          <IconButton label={words.swap} variant="default" onClick={() => go(head, base)}>
            <IconArrowsSort size={16} stroke={1.75} aria-hidden />
          </IconButton>
          <SelectField
            label={words.headRev}
            value={head}
            options={options(head)}
            onChange={(event) => go(base, event.target.value)}
          />
        </div>
      </Section>
      <DiffOf {...{ kind, ns, repo, base, head }} />
    </Stack>
  )
}
