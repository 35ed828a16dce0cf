import { useState } from 'react'
import { t } from '../../../text/en.js'
import { Notice } from '../../../ui/notice.js'
import type { BlobProps } from './blob-props.js'
import css from './blob.module.css'

/** A picture, sound or film, in the browser's own player. The server gives these types only to files that cannot run as a page. */
export function MediaView({ href, path, media }: BlobProps & { media: 'image' | 'audio' | 'video' }) {
  const [facts, setFacts] = useState('')
  const [isBroken, setBroken] = useState(false)
  const name = path.split('/').pop() ?? path
  if (isBroken) return <Notice tone="warn">{t.repo.cannotPlay}</Notice>
  const onDuration = (seconds: number) => setFacts(Number.isFinite(seconds) ? t.repo.duration(seconds) : '')
  return (
    <figure className={css.media}>
      {media === 'image' && (
        <img
          src={href}
          alt={name}
          onLoad={({ currentTarget: { naturalWidth, naturalHeight } }) =>
            setFacts(`${naturalWidth} × ${naturalHeight}`)
          }
          onError={() => setBroken(true)}
        />
      )}
      {media === 'audio' && (
        <audio
          controls
          preload="metadata"
          src={href}
          aria-label={name}
          onLoadedMetadata={(event) => onDuration(event.currentTarget.duration)}
          onError={() => setBroken(true)}
        />
      )}
      {media === 'video' && (
        <video
          controls
          preload="metadata"
          src={href}
          aria-label={name}
          onLoadedMetadata={(event) => onDuration(event.currentTarget.duration)}
          onError={() => setBroken(true)}
        />
      )}
      <figcaption>{facts}</figcaption>
    </figure>
  )
}
