import type { Change } from '../kit/manifest/noun.js'

const SIGNS: Record<Change['kind'], string> = { create: '+', update: '~', remove: '-' }

/** `+ user alice`, `~ org acme plan free → enterprise`, `= 14 unchanged`, `2 changes`. */
export function renderChanges(changes: readonly Change[], unchanged: number): string {
  const lines = changes.map(({ kind, subject, text }) => `${SIGNS[kind]} ${subject}${text === '' ? '' : ` ${text}`}`)
  if (unchanged > 0) lines.push(`= ${unchanged} unchanged`)
  lines.push(changes.length === 1 ? '1 change' : `${changes.length} changes`)
  return lines.join('\n')
}
