import { IconAlertCircle } from './icons.js'
import {
  type InputHTMLAttributes,
  type ReactNode,
  type Ref,
  type SelectHTMLAttributes,
  type TextareaHTMLAttributes,
  useId,
} from 'react'
import { t } from '../text/en.js'
import { cx } from './classes.js'
import css from './field.module.css'

interface Labelled {
  label: string
  help?: ReactNode
  error?: string | undefined
  optional?: boolean
  /** The label is read aloud only; for toolbars. */
  hideLabel?: boolean
  dense?: boolean
}

interface Wiring {
  id: string
  'aria-describedby': string | undefined
  'aria-invalid': boolean
}

/** Label above, help and error below, all tied to the control for assistive technology. */
export function Field({
  label,
  help,
  error,
  optional,
  hideLabel,
  id,
  children,
}: Labelled & { id?: string; children: (wiring: Wiring) => ReactNode }) {
  const made = useId()
  const controlId = id ?? made
  const described = cx(help ? `${controlId}-help` : '', error ? `${controlId}-error` : '')
  return (
    <div className={css.field}>
      <label className={hideLabel ? 'visually-hidden' : css.label} htmlFor={controlId}>
        {label} {optional && <span className={css.optional}>({t.parts.optional})</span>}
      </label>
      {children({ id: controlId, 'aria-describedby': described || undefined, 'aria-invalid': Boolean(error) })}
      {error && (
        <div className={css.error} id={`${controlId}-error`}>
          <IconAlertCircle size={14} stroke={1.75} aria-hidden /> {error}
        </div>
      )}
      {help && (
        <div className={css.help} id={`${controlId}-help`}>
          {help}
        </div>
      )}
    </div>
  )
}

type InputProps = Labelled &
  InputHTMLAttributes<HTMLInputElement> & { start?: ReactNode; end?: ReactNode; ref?: Ref<HTMLInputElement> }

/** One line of text; `start` is a decoration, `end` may be a button. */
export function TextField({
  label,
  help,
  error,
  optional,
  hideLabel,
  dense,
  start,
  end,
  className,
  id,
  ...rest
}: InputProps) {
  return (
    <Field
      {...{ label, help, error }}
      {...(optional ? { optional } : {})}
      {...(hideLabel ? { hideLabel } : {})}
      {...(id ? { id } : {})}
    >
      {(wiring) => (
        <div className={cx(Boolean(end) && css.withEnd, Boolean(start) && css.withStart)}>
          {start && <span className={css.start}>{start}</span>}
          <input {...rest} {...wiring} className={cx(css.control, dense && css.dense, className)} />
          {end && <span className={css.end}>{end}</span>}
        </div>
      )}
    </Field>
  )
}

type AreaProps = Labelled & TextareaHTMLAttributes<HTMLTextAreaElement> & { ref?: Ref<HTMLTextAreaElement> }

export function TextArea({ label, help, error, optional, hideLabel, dense, className, id, ...rest }: AreaProps) {
  return (
    <Field
      {...{ label, help, error }}
      {...(optional ? { optional } : {})}
      {...(hideLabel ? { hideLabel } : {})}
      {...(id ? { id } : {})}
    >
      {(wiring) => <textarea {...rest} {...wiring} className={cx(css.control, dense && css.dense, className)} />}
    </Field>
  )
}

export interface Option {
  value: string
  label: string
}
type SelectProps = Labelled & SelectHTMLAttributes<HTMLSelectElement> & { options: readonly Option[] }

/** The platform's own list box: right on phones, right for assistive technology. */
export function SelectField({
  label,
  help,
  error,
  optional,
  hideLabel,
  dense,
  options,
  className,
  id,
  ...rest
}: SelectProps) {
  return (
    <Field
      {...{ label, help, error }}
      {...(optional ? { optional } : {})}
      {...(hideLabel ? { hideLabel } : {})}
      {...(id ? { id } : {})}
    >
      {(wiring) => (
        <select {...rest} {...wiring} className={cx(css.control, dense && css.dense, className)}>
          {options.map((option) => (
            <option key={option.value} value={option.value}>
              {option.label}
            </option>
          ))}
        </select>
      )}
    </Field>
  )
}

export function CheckField({ label, ...rest }: { label: ReactNode } & InputHTMLAttributes<HTMLInputElement>) {
  return (
    <label className={css.check}>
      <input {...rest} type="checkbox" />
      <span>{label}</span>
    </label>
  )
}

interface ChoiceProps<V extends string> {
  legend: string
  name: string
  value: V
  onChange: (value: V) => void
  choices: readonly { value: V; label: string; help?: string; icon?: ReactNode }[]
}

/** A few alternatives with their meaning spelled out. */
export function ChoiceField<V extends string>({ legend, name, value, onChange, choices }: ChoiceProps<V>) {
  return (
    <fieldset className={css.choices}>
      <legend className={css.label}>{legend}</legend>
      {choices.map((choice) => (
        <label key={choice.value} className={css.choice}>
          <input
            type="radio"
            name={name}
            value={choice.value}
            checked={value === choice.value}
            onChange={() => onChange(choice.value)}
          />
          <strong>{choice.label}</strong>
          {choice.help && <small>{choice.help}</small>}
        </label>
      ))}
    </fieldset>
  )
}

/** What is wrong with a form, on top of it, each line leading to its field. */
export function ErrorSummary({
  message,
  fields = [],
}: {
  message?: string | undefined
  fields?: readonly { id: string; text: string }[]
}) {
  if (!message && fields.length === 0) return null
  return (
    <div className={css.summary} role="alert">
      {message ?? t.parts.fixFields(fields.length)}
      {fields.length > 0 && (
        <ul>
          {fields.map((field) => (
            <li key={field.id}>
              <a href={`#${field.id}`}>{field.text}</a>
            </li>
          ))}
        </ul>
      )}
    </div>
  )
}

export const formClass = css.form
