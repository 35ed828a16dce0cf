import { useEffect, useRef, useState } from 'react'
import { t } from '../text/en.js'
import { type DroppedFile, readDrop } from './dropped-files.js'
import { IconUpload } from './icons.js'
import css from './lists.module.css'

/** Takes files and folders dropped anywhere on the page; says so while something is held above it. */
export function DropPage({ onFiles }: { onFiles: (files: DroppedFile[]) => void }) {
  const [isOver, setOver] = useState(false)
  const latest = useRef(onFiles)
  latest.current = onFiles
  useEffect(() => {
    let depth = 0
    const hasFiles = (event: DragEvent) => event.dataTransfer?.types.includes('Files') ?? false
    const enter = (event: DragEvent) => {
      if (!hasFiles(event)) return
      depth += 1
      setOver(true)
    }
    const leave = () => {
      depth = Math.max(0, depth - 1)
      if (depth === 0) setOver(false)
    }
    const over = (event: DragEvent) => {
      if (hasFiles(event)) event.preventDefault()
    }
    const drop = (event: DragEvent) => {
      depth = 0
      setOver(false)
      if (event.defaultPrevented || !hasFiles(event) || !event.dataTransfer) return
      event.preventDefault()
      void readDrop(event.dataTransfer).then((files) => latest.current(files))
    }
    const listeners = { dragenter: enter, dragleave: leave, dragover: over, drop } as const
    for (const [name, listener] of Object.entries(listeners)) window.addEventListener(name as 'drop', listener)
    return () => {
      for (const [name, listener] of Object.entries(listeners)) window.removeEventListener(name as 'drop', listener)
    }
  }, [])
  if (!isOver) return null
  return (
    <div className={css.dropPage} data-testid="drop-page">
      <IconUpload size={20} stroke={1.75} aria-hidden />
      <strong>{t.parts.dropHere}</strong>
    </div>
  )
}
