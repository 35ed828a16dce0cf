import { formatExact } from '../lib/units.js'

const rules = new Intl.PluralRules('en')

/** `1 file`, `12 files`; the forms are English's two plural categories. */
export function plural(count: number, one: string, other: string): string {
  return `${formatExact(count)} ${rules.select(count) === 'one' ? one : other}`
}
