import { useSuspenseQuery } from '@tanstack/react-query'
import { shownBytes, textQuery } from '../../../lib/file-queries.js'
import { formatBytes } from '../../../lib/units.js'
import { t } from '../../../text/en.js'
import { Notice } from '../../../ui/notice.js'
import { SourceView } from '../../../ui/source-view.js'
import type { BlobProps } from './blob-props.js'
import css from '../repo.module.css'

/** A file as it is written, if it is text. */
export function TextView({ kind, ns, repo, rev, path, sizeBytes }: BlobProps) {
  const { data } = useSuspenseQuery(textQuery(kind, `${ns}/${repo}`, rev, path))
  if (sizeBytes === 0) return <p className={`${css.fileBody} muted`}>{t.repo.emptyFile}</p>
  if (data.text === undefined) return <p className={`${css.fileBody} muted`}>{t.repo.binary}</p>
  return (
    <>
      {sizeBytes > shownBytes && <Notice>{t.repo.tooLarge(formatBytes(sizeBytes))}</Notice>}
      <SourceView path={path} text={data.text} />
    </>
  )
}
