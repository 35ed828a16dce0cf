import { StoaError } from '@stoa/contracts'
import { useMutation } from '@tanstack/react-query'
import { type FormEvent, useState } from 'react'
import { withConfirm } from './confirm.js'

type Errors<V> = Partial<Record<keyof V & string, string>>

interface FormOptions<V, R> {
  initial: V
  /** Problems by field, in words that say what to do. */
  check: (values: V) => Errors<V>
  submit: (values: V) => Promise<R>
  onDone?: (result: R, values: V) => void | Promise<void>
  /** The field that a refusal of the server is about. */
  fieldOf?: Readonly<Record<string, keyof V & string>>
}

/** State of a form: values, problems after the first try to submit, the server's refusal at its field. */
export function useForm<V extends object, R>({ initial, check, submit, onDone, fieldOf = {} }: FormOptions<V, R>) {
  const [values, setValues] = useState(initial)
  const [wasTried, setTried] = useState(false)
  const mutation = useMutation({
    mutationFn: (sent: V) => withConfirm(() => submit(sent)),
    onSuccess: (result, sent) => onDone?.(result, sent),
  })
  const refusal = mutation.error instanceof StoaError ? mutation.error : undefined
  const refusedField = refusal && fieldOf[String(refusal.detail['code'] ?? refusal.code)]
  const errors: Errors<V> = wasTried ? check(values) : {}
  if (refusal && refusedField && !errors[refusedField]) errors[refusedField] = refusal.message as never
  const message = mutation.error && !refusedField ? mutation.error.message : undefined
  return {
    values,
    errors,
    message,
    isBusy: mutation.isPending,
    set: (change: Partial<V>) => {
      setValues((before) => ({ ...before, ...change }))
      if (mutation.error) mutation.reset()
    },
    /** Empty again, as at first. */
    reset: () => {
      setValues(initial)
      setTried(false)
    },
    onSubmit: (event: FormEvent) => {
      event.preventDefault()
      setTried(true)
      if (Object.values(check(values)).every((problem) => !problem)) mutation.mutate(values)
    },
  }
}
