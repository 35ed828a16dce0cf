import { tf } from '../../../text/en/files.js'
import { TextField } from '../../../ui/field.js'
import type { RepoProps } from '../repo-frame.js'
import { FolderLink } from '../repo-link.js'
import css from './edit.module.css'

const words = tf.edit

interface Props extends RepoProps {
  rev: string
  name: string
  onName: (name: string) => void
  isNew: boolean
}

/** Where the file stands; changing it moves the file. A slash makes a folder. */
export function EditHead({ kind, ns, repo, rev, name, onName, isNew }: Props) {
  return (
    <div className={css.name}>
      <h2 className="visually-hidden">{isNew ? words.newTitle : words.editTitle}</h2>
      <FolderLink {...{ kind, ns, repo, rev }}>{repo}</FolderLink>
      <span aria-hidden="true">/</span>
      <TextField
        label={words.fileName}
        hideLabel
        value={name}
        placeholder={words.namePlaceholder}
        onChange={(event) => onName(event.target.value)}
        autoFocus={isNew}
        autoComplete="off"
        spellCheck={false}
      />
      <span className="muted">{words.on(rev)}</span>
    </div>
  )
}
