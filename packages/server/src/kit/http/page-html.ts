import { createHash } from 'node:crypto'

/** What the HTML of a public page says before any script runs: for robots, previews and readers. */
export interface PageFacts {
  readonly title: string
  readonly description: string
  /** Path of the one address under which the page should be known. */
  readonly canonicalPath: string
  /** First paragraph of the card, as plain text. */
  readonly lead?: string
}

const ESCAPES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
}
const MAX_TEXT = 500

/** Text that can stand in HTML, also inside an attribute. */
export function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (char) => ESCAPES[char] ?? char)
}

const short = (text: string) => escapeHtml(text.replace(/\s+/g, ' ').trim().slice(0, MAX_TEXT))

/** Puts a page's facts into the built index.html. */
export function renderPage(index: string, publicUrl: string, facts: PageFacts | null): string {
  if (!facts) return index
  const url = escapeHtml(`${publicUrl}${facts.canonicalPath}`)
  const [title, description] = [short(facts.title), short(facts.description)]
  const head = [
    `<meta name="description" content="${description}" />`,
    `<link rel="canonical" href="${url}" />`,
    `<meta property="og:type" content="website" />`,
    `<meta property="og:title" content="${title}" />`,
    `<meta property="og:description" content="${description}" />`,
    `<meta property="og:url" content="${url}" />`,
    `<meta property="og:image" content="${escapeHtml(publicUrl)}/assets/mark.svg" />`,
  ].join('\n    ')
  const lead = facts.lead ? `<div class="shell-lead"><h1>${title}</h1><p>${short(facts.lead)}</p></div>` : ''
  return index
    .replace(/<title>[^<]*<\/title>/, () => `<title>${title} · Stoa</title>`)
    .replace('<!--stoa:head-->', () => head)
    .replace('<!--stoa:body-->', () => lead)
}

/**
 * The page's content security policy: only our own files, no inline script but those of index.html (by hash), no frames.
 * Style attributes are allowed because formulas in cards need them; style sheets are not.
 */
export function contentPolicy(index: string, connectSources: readonly string[]): string {
  const hashes = [...index.matchAll(/<script>([\s\S]*?)<\/script>/g)].map(
    ([, code = '']) => `'sha256-${createHash('sha256').update(code).digest('base64')}'`,
  )
  return [
    "default-src 'self'",
    ["script-src 'self'", ...hashes].join(' '),
    "style-src 'self'",
    "style-src-attr 'unsafe-inline'",
    "img-src 'self' data: blob:",
    "font-src 'self'",
    ["connect-src 'self'", ...connectSources].join(' '),
    "object-src 'none'",
    "base-uri 'none'",
    "form-action 'self'",
    "frame-ancestors 'none'",
  ].join('; ')
}
