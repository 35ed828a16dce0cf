import { type ReactNode, useId } from 'react'
import { t } from '../../../text/en.js'
import { tf } from '../../../text/en/files.js'
import { ChoiceField, TextArea, TextField } from '../../../ui/field.js'
import css from './edit.module.css'

const words = tf.edit

export interface CommitValues {
  message: string
  description: string
  asPullRequest: boolean
}

/** Who may not write can still propose. */
export const firstCommitValues = (canWrite: boolean): CommitValues => ({
  message: '',
  description: '',
  asPullRequest: !canWrite,
})

interface Props {
  rev: string
  values: CommitValues
  canWrite: boolean
  onChange: (values: CommitValues) => void
  /** The message that is used when none is written. */
  placeholder: string
  actions: ReactNode
}

/** What a commit says, and whether it goes to the branch or becomes a proposal. */
export function CommitForm({ rev, values, canWrite, onChange, placeholder, actions }: Props) {
  const name = useId()
  return (
    <section className={css.commit} aria-label={words.commitTitle}>
      <TextField
        label={t.repo.upload.message}
        placeholder={placeholder}
        value={values.message}
        maxLength={200}
        onChange={(event) => onChange({ ...values, message: event.target.value })}
      />
      <TextArea
        label={words.description}
        optional
        rows={2}
        value={values.description}
        maxLength={10_000}
        onChange={(event) => onChange({ ...values, description: event.target.value })}
      />
      {canWrite ? (
        <ChoiceField
          legend={words.where}
          name={name}
          value={values.asPullRequest ? 'propose' : 'commit'}
          onChange={(value) => onChange({ ...values, asPullRequest: value === 'propose' })}
          choices={[
            { value: 'commit', label: words.toBranch(rev), help: words.toBranchHelp },
            { value: 'propose', label: words.propose, help: words.proposeHelp },
          ]}
        />
      ) : (
        <p className="muted">{words.onlyPropose}</p>
      )}
      <div className={css.commitActions}>{actions}</div>
    </section>
  )
}
