import { useSuspenseQuery } from '@tanstack/react-query'
import { markdownQuery } from '../../../lib/file-queries.js'
import { t } from '../../../text/en.js'
import { Markdown } from '../../../ui/markdown.js'
import { Notice } from '../../../ui/notice.js'
import type { BlobProps } from './blob-props.js'
import { MetadataTable } from './metadata-table.js'
import { TextView } from './text-view.js'
import css from '../repo.module.css'

/** Markdown as it is meant: metadata as a table, the rest as text. What is wrong with the metadata is said with its line. */
export function MarkdownView(blob: BlobProps) {
  const { kind, ns, repo, rev, path } = blob
  const { data } = useSuspenseQuery(markdownQuery(kind, `${ns}/${repo}`, rev, path))
  const { html, frontMatter, errors, warnings } = data
  if (!html && !frontMatter) return <TextView {...blob} />
  const problems = path === 'README.md' ? [...errors, ...warnings] : []
  return (
    <div className={css.rendered}>
      {problems.length > 0 && (
        <Notice tone="warn">
          <ul>
            {problems.map(({ message, line }) => (
              <li key={message}>{line ? t.repo.atLine(message, line) : message}</li>
            ))}
          </ul>
        </Notice>
      )}
      {frontMatter && Object.keys(frontMatter).length > 0 && (
        <MetadataTable label={t.repo.metadata} values={frontMatter} />
      )}
      <Markdown html={html} />
    </div>
  )
}
