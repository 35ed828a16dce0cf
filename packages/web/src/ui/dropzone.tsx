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
      <div className={css.dropButtons}>
        <ChooseButton label={t.parts.chooseFiles} onFiles={onFiles} />
        <ChooseButton label={t.parts.chooseFolder} onFiles={onFiles} isFolder />
      </div>
    </div>
  )
}

interface ChooseProps {
  label: string
  onFiles: (files: DroppedFile[]) => void
  isFolder?: boolean
  variant?: 'primary' | 'default'
}

/** A button that opens the file dialog, for files or for a whole folder. */
export function ChooseButton({ label, onFiles, isFolder, variant = 'default' }: ChooseProps) {
  const input = useRef<HTMLInputElement>(null)
  return (
    <>
      <Button variant={variant} onClick={() => input.current?.click()}>
        {label}
      </Button>
      <input
        ref={input}
        type="file"
        multiple
        hidden
        data-testid={isFolder ? 'choose-folder' : 'choose-files'}
        {...(isFolder ? { webkitdirectory: '' } : {})}
        onChange={(event) => {
          if (event.target.files) onFiles(readChosen(event.target.files))
          event.target.value = ''
        }}
      />
    </>
  )
}
