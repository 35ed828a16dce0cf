import { isJsonObject, type JsonObject, type JsonValue } from '../json-value.js'
import { MAX_CARD_LIST, ownValue } from './card-values.js'
import { type CardProblem, type FrontMatter, MAX_CARD_PROBLEMS, parseFrontMatter } from './front-matter.js'
import { isLanguageCode } from './languages.js'
import { isKnownLicence, LICENCES } from './licences.js'
import { DATASET_TASK_CATEGORIES, findPipelineTag, PIPELINE_TAGS, SIZE_CATEGORIES } from './pipeline-tags.js'

/** Kind of repository a card belongs to. */
export type CardKind = 'model' | 'dataset' | 'space' | 'kernel'

/** What `POST /api/validate-yaml` answers: errors refuse the card, warnings do not. */
export interface CardVerdict {
  readonly errors: CardProblem[]
  readonly warnings: CardProblem[]
}

/** Text of the warning for a card without metadata (the Hub's own words; clients show them). */
export const EMPTY_METADATA_WARNING = 'empty or missing yaml metadata in repo card'

const REPO_ID = /^[A-Za-z0-9_][\w.-]{0,95}(?:\/[A-Za-z0-9_][\w.-]{0,95})?$/
const COLOURS = ['red', 'yellow', 'green', 'blue', 'indigo', 'purple', 'pink', 'gray']
const SPACE_SDKS = ['gradio', 'streamlit', 'docker', 'static']
const LICENCE_NAME = /^[a-z0-9.-]{1,100}$/
const LIST_KEYS = ['tags', 'datasets', 'metrics', 'language', 'base_model', 'models', 'task_categories', 'task_ids']

/** Where the remarks of one card are gathered. */
interface Findings {
  readonly card: FrontMatter
  readonly data: JsonObject
  readonly errors: CardProblem[]
  readonly warnings: CardProblem[]
}

/** Checks a card against the Hub's rules; every remark points at the line of its key. Never throws. */
export function validateCard(content: string, kind: CardKind): CardVerdict {
  return validateFrontMatter(parseFrontMatter(content), kind)
}

/** `validateCard` for a card that was already read. */
export function validateFrontMatter(card: FrontMatter, kind: CardKind): CardVerdict {
  if (card.data === null) {
    if (card.errors.length > 0) return { errors: card.errors, warnings: card.warnings }
    return { errors: [], warnings: [{ message: EMPTY_METADATA_WARNING }] }
  }
  if (Object.keys(card.data).length === 0) return { errors: [], warnings: [{ message: EMPTY_METADATA_WARNING }] }
  const findings: Findings = { card, data: card.data, errors: [], warnings: [...card.warnings] }
  checkLicence(findings)
  checkLists(findings)
  checkLanguage(findings)
  if (kind === 'model' || kind === 'kernel') checkModel(findings)
  else if (kind === 'dataset') checkDataset(findings)
  else checkSpace(findings)
  return {
    errors: findings.errors.slice(0, MAX_CARD_PROBLEMS),
    warnings: findings.warnings.slice(0, MAX_CARD_PROBLEMS),
  }
}

type KeyPath = string | readonly [key: string, ...below: (string | number)[]]

/** Adds a remark that points at a key, or at a value below it. */
function note(findings: Findings, severity: 'errors' | 'warnings', at: KeyPath, message: string): void {
  const [key, ...below] = typeof at === 'string' ? [at] : at
  const position = findings.card.positionOf(key, ...below)
  findings[severity].push(position ? { message, ...position } : { message })
}

function choices(ids: readonly string[]): string {
  return `[${ids.join(', ')}]`
}

function checkLicence(findings: Findings): void {
  const value = ownValue(findings.data, 'license')
  if (value === undefined || value === null) return
  const licences = Array.isArray(value) ? value.slice(0, MAX_CARD_LIST) : [value]
  for (const [nth, licence] of licences.entries()) {
    if (typeof licence === 'string' && isKnownLicence(licence)) continue
    note(findings, 'errors', ['license', nth], `"license" must be one of ${choices(Object.keys(LICENCES))}`)
    return
  }
  const name = ownValue(findings.data, 'license_name')
  if (name !== undefined && !(typeof name === 'string' && LICENCE_NAME.test(name))) {
    note(findings, 'errors', 'license_name', '"license_name" must be lower-case letters, digits, dots and hyphens')
  }
  if (licences.includes('other') && name === undefined) {
    note(findings, 'warnings', 'license', '"license: other" should come with "license_name" and "license_link"')
  }
}

function checkLists(findings: Findings): void {
  for (const key of LIST_KEYS) {
    const value = ownValue(findings.data, key)
    if (value === undefined || value === null || typeof value === 'string') continue
    if (!Array.isArray(value)) {
      note(findings, 'errors', key, `"${key}" must be an array`)
    } else if (value.length > MAX_CARD_LIST) {
      note(findings, 'errors', key, `"${key}" must hold at most ${MAX_CARD_LIST} values`)
    } else if (value.some((item) => typeof item !== 'string')) {
      const nth = value.findIndex((item) => typeof item !== 'string')
      note(
        findings,
        'errors',
        [key, nth],
        `"${key}" must only hold strings: put quotes around numbers and words like yes`,
      )
    }
  }
  if (typeof ownValue(findings.data, 'tags') === 'string') note(findings, 'errors', 'tags', '"tags" must be an array')
  checkIds(findings, 'base_model', 'model')
  checkIds(findings, 'datasets', 'dataset')
  checkIds(findings, 'models', 'model')
}

function checkIds(findings: Findings, key: string, kind: string): void {
  const ids = listOf(ownValue(findings.data, key))
  const nth = ids.findIndex((id) => typeof id === 'string' && !REPO_ID.test(id))
  const wrong = ids[nth]
  if (wrong === undefined) return
  const severity = key === 'base_model' ? 'errors' : 'warnings'
  note(
    findings,
    severity,
    [key, nth],
    `"${key}" with value "${short(wrong)}" is not a valid ${kind} id ("name" or "namespace/name")`,
  )
}

function listOf(value: JsonValue | undefined): JsonValue[] {
  if (value === undefined || value === null) return []
  return Array.isArray(value) ? value.slice(0, MAX_CARD_LIST) : [value]
}

function short(value: JsonValue): string {
  const text = typeof value === 'string' ? value : JSON.stringify(value)
  return text.length > 60 ? `${text.slice(0, 57)}...` : text
}

function checkLanguage(findings: Findings): void {
  const codes = listOf(ownValue(findings.data, 'language'))
  const nth = codes.findIndex((code) => typeof code === 'string' && !isLanguageCode(code))
  const wrong = codes[nth]
  if (wrong === undefined) return
  note(
    findings,
    'errors',
    ['language', nth],
    `"language" with value "${short(wrong)}" is not valid. It must be an ISO 639-1, 639-2 or 639-3 code ` +
      '(two or three letters), or a special value like "code", "multilingual". Put other things under "tags".',
  )
}

function checkModel(findings: Findings): void {
  const task = ownValue(findings.data, 'pipeline_tag')
  if (task !== undefined && task !== null && !(typeof task === 'string' && findPipelineTag(task))) {
    const known = choices(PIPELINE_TAGS.map((tag) => tag.id))
    note(
      findings,
      'warnings',
      'pipeline_tag',
      `The pipeline tag "${short(task)}" is not in the official list: ${known}`,
    )
  }
  const library = ownValue(findings.data, 'library_name')
  if (library !== undefined && library !== null && typeof library !== 'string') {
    note(findings, 'errors', 'library_name', '"library_name" must be a string')
  }
  const index = ownValue(findings.data, 'model-index')
  if (index !== undefined && index !== null) checkModelIndex(findings, index)
}

function checkModelIndex(findings: Findings, index: JsonValue): void {
  if (!Array.isArray(index)) return note(findings, 'errors', 'model-index', '"model-index" must be an array')
  for (const [position, model] of index.slice(0, MAX_CARD_LIST).entries()) {
    const at = `"model-index[${position}]`
    if (!isJsonObject(model))
      return note(findings, 'errors', ['model-index', position], `${at}" must be of type object`)
    if (typeof ownValue(model, 'name') !== 'string')
      return note(findings, 'errors', ['model-index', position], `${at}.name" is required`)
    const results = ownValue(model, 'results')
    if (!Array.isArray(results))
      return note(findings, 'errors', ['model-index', position, 'results'], `${at}.results" must be an array`)
    for (const [nth, result] of results.slice(0, MAX_CARD_LIST).entries()) {
      const missing = ['task', 'dataset', 'metrics'].find(
        (key) => !isJsonObject(result) || ownValue(result, key) === undefined,
      )
      if (missing)
        return note(
          findings,
          'errors',
          ['model-index', position, 'results', nth],
          `${at}.results[${nth}].${missing}" is required`,
        )
    }
  }
}

function checkDataset(findings: Findings): void {
  const tasks = listOf(ownValue(findings.data, 'task_categories'))
  const unknownTask = tasks.find(
    (task) => typeof task === 'string' && !findPipelineTag(task) && !DATASET_TASK_CATEGORIES.includes(task),
  )
  if (unknownTask !== undefined) {
    note(
      findings,
      'warnings',
      'task_categories',
      `The task_categories "${short(unknownTask)}" is not in the official list`,
    )
  }
  const sizes = listOf(ownValue(findings.data, 'size_categories'))
  const unknownSize = sizes.find((size) => typeof size === 'string' && !SIZE_CATEGORIES.includes(size))
  if (unknownSize !== undefined) {
    note(
      findings,
      'warnings',
      'size_categories',
      `The size_categories "${short(unknownSize)}" is not one of ${choices(SIZE_CATEGORIES)}`,
    )
  }
  const configs = ownValue(findings.data, 'configs')
  if (configs === undefined || configs === null) return
  const isRight =
    Array.isArray(configs) && configs.every((item) => isJsonObject(item) && typeof item.config_name === 'string')
  if (!isRight) note(findings, 'errors', 'configs', '"configs" must be an array of objects with a "config_name"')
}

function checkSpace(findings: Findings): void {
  const sdk = ownValue(findings.data, 'sdk')
  if (sdk === undefined || sdk === null) note(findings, 'errors', 'sdk', '"sdk" is required')
  else if (typeof sdk !== 'string' || !SPACE_SDKS.includes(sdk)) {
    note(findings, 'errors', 'sdk', `"sdk" must be one of ${choices(SPACE_SDKS)}`)
  }
  for (const key of ['colorFrom', 'colorTo']) {
    const colour = ownValue(findings.data, key)
    if (colour === undefined || colour === null) continue
    if (typeof colour !== 'string' || !COLOURS.includes(colour)) {
      note(findings, 'errors', key, `"${key}" must be one of ${choices(COLOURS)}`)
    }
  }
  const description = ownValue(findings.data, 'short_description')
  if (typeof description === 'string' && description.length > 60) {
    note(
      findings,
      'errors',
      'short_description',
      '"short_description" length must be less than or equal to 60 characters long',
    )
  }
}
