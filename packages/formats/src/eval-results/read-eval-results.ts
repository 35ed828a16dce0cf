import { ownValue, textOf } from '../card/card-values.js'
import { readBoundedYaml } from '../card/front-matter.js'
import { isJsonObject, type JsonObject, type JsonValue } from '../json-value.js'

/** Files of a repository that hold evaluation results (`.eval_results/*.yaml`, hub-docs `eval_results.yaml`). */
export const EVAL_RESULTS_FILE = /^\.eval_results\/[^/]{1,200}\.ya?ml$/
/** Longest such file, in bytes. */
export const MAX_EVAL_RESULTS_BYTES = 100_000
/** Results of one repository. */
export const MAX_EVAL_RESULTS = 200

/** One result as the Hub's `evalResults` carries it; nothing here is verified. A file that breaks the rules is one with `error`. */
export type EvalResult =
  | { readonly filename: string; readonly error: string }
  | { readonly filename: string; readonly verified: false; readonly data: EvalData }

export interface EvalData {
  readonly dataset: { readonly id: string; readonly task_id: string; readonly revision?: string }
  readonly value: number
  readonly date?: string
  readonly source?: { readonly url: string; readonly name?: string; readonly user?: string; readonly org?: string }
  readonly notes?: string
  readonly verifyToken?: string
}

const DATASET_ID = /^[A-Za-z0-9_][\w.-]{0,95}\/[A-Za-z0-9_][\w.-]{0,95}$/
const DATE = /^\d{4}-\d{2}-\d{2}(?:T[\d:.]{1,16}(?:Z|[+-]\d{2}:\d{2})?)?$/
const MAX_TEXT = 500
const MAX_TOKEN = 4_000

/** Reads one file: a list of results. Never throws; a file with any wrong entry is refused whole, saying where. */
export function readEvalResults(filename: string, text: string): EvalResult[] {
  const { value, problem } = readBoundedYaml(text)
  if (problem) return [{ filename, error: `${problem.message}${problem.line ? ` (line ${problem.line})` : ''}` }]
  if (!Array.isArray(value)) return [{ filename, error: 'the file must hold a list of results' }]
  const results: EvalResult[] = []
  for (const [nth, entry] of value.slice(0, MAX_EVAL_RESULTS).entries()) {
    const data = readEntry(entry)
    if (typeof data === 'string') return [{ filename, error: `[${nth}]: ${data}` }]
    results.push({ filename, verified: false, data })
  }
  return results
}

function readEntry(entry: JsonValue): EvalData | string {
  if (!isJsonObject(entry)) return 'a result must be a mapping'
  const dataset = ownValue(entry, 'dataset')
  if (!isJsonObject(dataset)) return '"dataset" is required'
  const id = textOf(dataset, 'id')
  if (id === undefined || !DATASET_ID.test(id)) return '"dataset.id" must be the id of a dataset'
  const taskId = textOf(dataset, 'task_id')
  if (taskId === undefined || taskId.length > MAX_TEXT) return '"dataset.task_id" is required'
  const value = ownValue(entry, 'value')
  if (typeof value !== 'number') return '"value" must be a number'
  const date = textOf(entry, 'date')
  if (date !== undefined && !DATE.test(date)) return '"date" must be an ISO 8601 date'
  const source = readSource(ownValue(entry, 'source'))
  if (typeof source === 'string') return source
  return {
    dataset: { id, task_id: taskId, ...shortText(dataset, 'revision') },
    value,
    ...(date === undefined ? {} : { date }),
    ...(source === null ? {} : { source }),
    ...shortText(entry, 'notes'),
    ...shortText(entry, 'verifyToken', MAX_TOKEN),
  }
}

function readSource(source: JsonValue | undefined): NonNullable<EvalData['source']> | null | string {
  if (source === undefined || source === null) return null
  if (!isJsonObject(source)) return '"source" must be a mapping'
  const url = textOf(source, 'url')
  if (url === undefined || !/^https?:\/\/\S{1,2000}$/.test(url)) return '"source.url" must be an http address'
  return {
    url,
    ...shortText(source, 'name'),
    ...shortText(source, 'user'),
    ...shortText(source, 'org'),
  }
}

/** A text under its key when it is there and not too long. */
function shortText<K extends string>(from: JsonObject, key: K, max = MAX_TEXT): { [P in K]?: string } {
  const text = textOf(from, key)
  return text === undefined || text.length > max ? {} : ({ [key]: text } as { [P in K]?: string })
}
