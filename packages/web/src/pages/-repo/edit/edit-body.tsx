import { previewMarkdown } from '@stoa/contracts'
import { keepPreviousData, useQuery } from '@tanstack/react-query'
import { type ReactNode, useMemo, useState } from 'react'
import { api } from '../../../lib/api.js'
import { useRested } from '../../../lib/use-rested.js'
import { repoParams } from '../../../lib/repo-queries.js'
import { t } from '../../../text/en.js'
import { tf } from '../../../text/en/files.js'
import { CodeEditor } from '../../../ui/code-editor.js'
import { Diff } from '../../../ui/diff.js'
import { ErrorState } from '../../../ui/error-state.js'
import { Markdown } from '../../../ui/markdown.js'
import { Notice } from '../../../ui/notice.js'
import { diffTexts } from '../../../ui/parse-diff.js'
import { Skeleton } from '../../../ui/skeleton.js'
import { MetadataTable } from '../blob/metadata-table.js'
import type { RepoProps } from '../repo-frame.js'
import css from './edit.module.css'
import repoCss from '../repo.module.css'

const words = tf.edit
const restMs = 500

type Mode = 'write' | 'preview' | 'changes'

interface Props extends RepoProps {
  rev: string
  path: string
  original: string
  text: string
  onText: (text: string) => void
  onSave: () => void
}

/** The text being written, what it will look like, and what it changes. */
export function EditBody(props: Props) {
  const { path, original, text, onText, onSave } = props
  const [mode, setMode] = useState<Mode>('write')
  const isMarkdown = /\.(md|markdown)$/i.test(path)
  const modes: Mode[] = [
    'write',
    ...(isMarkdown ? (['preview'] as const) : []),
    ...(original ? (['changes'] as const) : []),
  ]
  const shown = modes.includes(mode) ? mode : 'write'
  return (
    <div className={repoCss.file}>
      <div className={repoCss.fileHead} role="tablist" aria-label={words.modesLabel}>
        {modes.map((one) => (
          <button
            key={one}
            type="button"
            role="tab"
            id={`mode-${one}`}
            aria-controls="edit-panel"
            aria-selected={one === shown}
            className={css.mode}
            onClick={() => setMode(one)}
          >
            {words.modes[one]}
          </button>
        ))}
      </div>
      <div role="tabpanel" id="edit-panel" aria-labelledby={`mode-${shown}`}>
        {shown === 'write' && (
          <CodeEditor label={words.contents} path={path} value={text} onChange={onText} onSave={onSave} />
        )}
        {shown === 'preview' && (
          <div className={css.preview}>
            <Preview {...props} />
          </div>
        )}
        {shown === 'changes' && (
          <div className={css.preview}>
            <Changes path={path} original={original} text={text} />
          </div>
        )}
      </div>
      {isMarkdown && path === 'README.md' && <Problems {...props} />}
    </div>
  )
}

function Changes({ path, original, text }: { path: string; original: string; text: string }) {
  const file = useMemo(() => diffTexts(path, original, text), [path, original, text])
  return <Diff files={file.hunks.length > 0 ? [file] : []} />
}

function useRendered({ kind, ns, repo, rev, path, text }: Props) {
  const settled = useRested(text, restMs)
  return useQuery({
    queryKey: [previewMarkdown.id, kind, ns, repo, rev, path, settled],
    queryFn: ({ signal }) => {
      const { namespace, name } = repoParams(kind, `${ns}/${repo}`)
      return api.call(previewMarkdown, {
        params: { type: kind, namespace, name },
        body: { rev, path, text: settled },
        signal,
      })
    },
    placeholderData: keepPreviousData,
    gcTime: 10_000,
    retry: false,
  })
}

function Preview(props: Props): ReactNode {
  const { data, error } = useRendered(props)
  if (error) return <ErrorState error={error} />
  if (!data) return <Skeleton lines={6} />
  return (
    <>
      {data.frontMatter && Object.keys(data.frontMatter).length > 0 && (
        <MetadataTable label={t.repo.metadata} values={data.frontMatter} />
      )}
      <Markdown html={data.html} />
    </>
  )
}

/** What is wrong with a card's metadata, said while it is written. */
function Problems(props: Props) {
  const { data } = useRendered(props)
  const problems = [...(data?.errors ?? []), ...(data?.warnings ?? [])]
  if (problems.length === 0) return null
  return (
    <Notice tone="warn">
      <ul className={css.problems}>
        {problems.map(({ message, line }) => (
          <li key={message}>{line ? t.repo.atLine(message, line) : message}</li>
        ))}
      </ul>
    </Notice>
  )
}
