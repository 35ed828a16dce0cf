import { type DragEvent, useRef, useState } from 'react'
import { t } from '../text/en.js'
import { Button } from './button.js'
import { cx } from './classes.js'
import { type DroppedFile, readChosen, readDrop } from './dropped-files.js'
import { IconUpload } from './icons.js'
import css from './lists.module.css'

/** Takes files and folders, dropped or chosen. */
export function Dropzone({ onFiles }: { onFiles: (files: DroppedFile[]) => void }) {
  const [isOver, setOver] = useState(false)
  const input = useRef<HTMLInputElement>(null)
  const stop = (event: DragEvent, over: boolean) => {
    event.preventDefault()
    setOver(over)
  }
  return (
    <div
      className={cx(css.drop, isOver && css.dropOver)}
      data-testid="dropzone"
      onDragOver={(event) => stop(event, true)}
      onDragLeave={(event) => stop(event, false)}
      onDrop={(event) => {
        stop(event, false)
        void readDrop(event.dataTransfer).then(onFiles)
      }}
    >
      <IconUpload size={20} stroke={1.75} aria-hidden />
      <strong>{t.parts.dropHere}</strong>
      <span>{t.parts.dropHelp}</span>
      <Button onClick={() => input.current?.click()}>{t.parts.chooseFiles}</Button>
      <input
        ref={input}
        type="file"
        multiple
        hidden
        onChange={(event) => {
          if (event.target.files) onFiles(readChosen(event.target.files))
          event.target.value = ''
        }}
      />
    </div>
  )
}
