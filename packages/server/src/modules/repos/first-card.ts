import { stringify } from 'yaml'

/** What a creation form says about the first README. */
export interface FirstCard {
  readonly type: 'model' | 'dataset' | 'space' | 'kernel'
  readonly title: string
  readonly sdk?: string | null | undefined
  readonly license?: string | null | undefined
  readonly licenseName?: string | null | undefined
  readonly licenseLink?: string | null | undefined
  readonly shortDescription?: string | null | undefined
}

/** The README a new repository starts with; null when the form said nothing that belongs into one. */
export function firstCard(card: FirstCard): string | null {
  const isSpace = card.type === 'space'
  const data = Object.fromEntries(
    Object.entries({
      title: isSpace ? card.title : undefined,
      sdk: isSpace ? card.sdk : undefined,
      short_description: card.shortDescription,
      license: card.license,
      license_name: card.licenseName,
      license_link: card.licenseLink,
    }).filter(([, value]) => value !== undefined && value !== null && value !== ''),
  )
  return Object.keys(data).length === 0 ? null : `---\n${stringify(data)}---\n`
}
