import type { GateField, GateForm } from '@stoa/contracts'
import { refuse } from '@stoa/contracts'
import { type JsonObject, type JsonValue, ownValue, textOf } from '@stoa/formats'
import type { AccessAnswers } from './access-request.js'

const MAX_FIELDS = 50
const MAX_LABEL = 300
const MAX_OPTIONS = 300
const MAX_TEXT = 2000
const MAX_PROMPT = 20_000

const PLAIN_TYPES = ['text', 'checkbox', 'date_picker', 'country'] as const

export const EMPTY_FORM: GateForm = { heading: null, prompt: null, description: null, button: null, fields: [] }

/** The form of a gate as a card describes it (`extra_gated_…`); what cannot be read is left out. */
export function readForm(card: JsonObject | null): GateForm {
  if (card === null) return EMPTY_FORM
  const text = (key: string, limit: number): string | null => textOf(card, key)?.slice(0, limit) ?? null
  return {
    heading: text('extra_gated_heading', MAX_LABEL),
    prompt: text('extra_gated_prompt', MAX_PROMPT),
    description: text('extra_gated_description', MAX_PROMPT),
    button: text('extra_gated_button_content', MAX_LABEL),
    fields: readFields(ownValue(card, 'extra_gated_fields')),
  }
}

function readFields(value: JsonValue | undefined): GateField[] {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return []
  return Object.entries(value)
    .slice(0, MAX_FIELDS)
    .flatMap(([label, type]) => readField(label.slice(0, MAX_LABEL), type) ?? [])
}

/** Where somebody is (`ip_location`) is not known here, so nothing is asked or noted of it. */
function readField(label: string, type: JsonValue | undefined): GateField | null {
  const plain = PLAIN_TYPES.find((one) => one === type)
  if (plain) return { label, type: plain }
  if (typeof type !== 'object' || type === null || Array.isArray(type) || ownValue(type, 'type') !== 'select')
    return null
  const options = ownValue(type, 'options')
  if (!Array.isArray(options)) return null
  return { label, type: 'select', options: options.slice(0, MAX_OPTIONS).flatMap(readOption) }
}

function readOption(option: JsonValue): { label: string; value: string }[] {
  if (typeof option === 'string' || typeof option === 'number') {
    return [{ label: String(option).slice(0, MAX_LABEL), value: String(option).slice(0, MAX_LABEL) }]
  }
  if (typeof option !== 'object' || option === null || Array.isArray(option)) return []
  const label = textOf(option, 'label')
  const value = textOf(option, 'value') ?? label
  return label === undefined || value === undefined
    ? []
    : [{ label: label.slice(0, MAX_LABEL), value: value.slice(0, MAX_LABEL) }]
}

/** The answers that belong to a form, checked; everything a form asks must be answered. Throws `InvalidRequest`. */
export function checkAnswers(form: GateForm, sent: Readonly<Record<string, unknown>>): AccessAnswers {
  const answers: [string, string | boolean][] = form.fields.map((field) => {
    const given = Object.hasOwn(sent, field.label) ? sent[field.label] : undefined
    return [field.label, checkAnswer(field, given)]
  })
  return Object.fromEntries(answers)
}

function checkAnswer(field: GateField, given: unknown): string | boolean {
  if (field.type === 'checkbox') {
    if (given !== true && !/^(true|on|1|yes)$/i.test(String(given ?? ''))) throw unanswered(field, 'must be ticked')
    return true
  }
  const text = typeof given === 'string' ? given.trim() : ''
  if (text === '') throw unanswered(field, 'must be filled in')
  if (text.length > MAX_TEXT) throw unanswered(field, `is longer than ${MAX_TEXT} characters`)
  if (field.type === 'date_picker' && !isDate(text)) throw unanswered(field, 'must be a date such as 2026-11-21')
  if (field.type === 'select' && !field.options?.some((option) => option.value === text)) {
    throw unanswered(field, 'must be one of the offered answers')
  }
  return text
}

const isDate = (text: string): boolean => /^\d{4}-\d{2}-\d{2}$/.test(text) && !Number.isNaN(Date.parse(text))

const unanswered = (field: GateField, problem: string): Error =>
  refuse('InvalidRequest', `"${field.label}" ${problem}.`, { field: field.label })
