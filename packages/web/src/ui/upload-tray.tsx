import { Link, useLocation } from '@tanstack/react-router'
import { useQueryClient } from '@tanstack/react-query'
import { useEffect, useRef } from 'react'
import { at } from '../lib/repo-queries.js'
import { isRunning, type Upload } from '../lib/uploads/upload.js'
import { removeUpload, useUploads } from '../lib/uploads/upload-store.js'
import { t } from '../text/en.js'
import { tf } from '../text/en/files.js'
import { IconButton } from './button.js'
import { IconX } from './icons.js'
import { UploadProgress } from './upload-progress.js'
import css from './upload.module.css'

/** Uploads that go on while the person looks at other pages. The page that began one shows it itself. */
export function UploadTray() {
  const uploads = useUploads()
  const path = useLocation({ select: (location) => location.pathname })
  useFreshPages(uploads)
  const shown = uploads.filter(
    ({ request }) => !path.endsWith(`/${request.id}/upload/${encodeURIComponent(request.rev)}`),
  )
  if (shown.length === 0) return null
  return (
    <section className={css.tray} aria-label={tf.upload.tray}>
      {shown.map((upload) => (
        <div key={upload.key} className={css.item}>
          <div className={css.itemHead}>
            <Result upload={upload} />
            {!isRunning(upload) && (
              <IconButton size="dense" label={t.parts.dismiss} onClick={() => void removeUpload(upload.key)}>
                <IconX size={16} stroke={1.75} aria-hidden />
              </IconButton>
            )}
          </div>
          <UploadProgress upload={upload} />
        </div>
      ))}
    </section>
  )
}

function Result({ upload: { request, result } }: { upload: Upload }) {
  const [ns = '', repo = ''] = request.id.split('/')
  if (!result) return <strong>{tf.upload.item(request.files.length, request.id)}</strong>
  return (
    <Link to={at(request.kind, '/$ns/$repo/commit/$sha')} params={{ ns, repo, sha: result.commitOid }}>
      {tf.upload.item(request.files.length, request.id)}
    </Link>
  )
}

/** Pages show what an upload brought as soon as it is there. */
function useFreshPages(uploads: readonly Upload[]): void {
  const client = useQueryClient()
  const seen = useRef(new Set<string>())
  useEffect(() => {
    for (const { key, phase } of uploads) {
      if (phase !== 'done' || seen.current.has(key)) continue
      seen.current.add(key)
      void client.invalidateQueries()
    }
  }, [uploads, client])
}
