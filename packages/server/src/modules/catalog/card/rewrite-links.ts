import type { Element, ElementContent, Root } from 'hast'
import { type CardPlace, ID_PREFIX, resolveAddress } from './address.js'

/** Headings listed in a table of contents. */
export const MAX_TOC_ENTRIES = 200

/** One heading of a card. */
export interface TocEntry {
  readonly id: string
  readonly text: string
  readonly depth: number
}

/** Visits every element, parents first; returning a replacement puts that in its place and visits it no further. */
function eachElement(root: Root, visit: (element: Element) => ElementContent | undefined): void {
  const stack: (Root | Element)[] = [root]
  for (let parent = stack.pop(); parent; parent = stack.pop()) {
    const children = parent.children as ElementContent[]
    for (const [at, child] of children.entries()) {
      if (child.type !== 'element') continue
      const replacement = visit(child)
      if (replacement) children[at] = replacement
      else stack.push(child)
    }
  }
}

/**
 * Leads every address of a sanitised card where it should go. Links that leave the site carry `rel="noopener ugc nofollow"`.
 * Pictures and media of other sites are not fetched on view (they would tell the other site who reads): they become links.
 */
export function rewriteLinks(place: CardPlace) {
  return (root: Root): void =>
    eachElement(root, (element) => {
      if (element.tagName === 'a') return rewriteAnchor(element, place)
      if (element.properties['src'] !== undefined) return rewriteSource(element, place)
      return undefined
    })
}

function rewriteAnchor(anchor: Element, place: CardPlace): undefined {
  const raw = anchor.properties['href']
  if (raw === undefined) return undefined
  const address = typeof raw === 'string' ? resolveAddress(raw, place, false) : null
  delete anchor.properties['href']
  if (!address) return undefined
  anchor.properties['href'] = address.href
  if (address.kind !== 'fragment') anchor.properties['rel'] = ['noopener', 'ugc', 'nofollow']
  return undefined
}

function rewriteSource(element: Element, place: CardPlace): ElementContent | undefined {
  const raw = element.properties['src']
  const address = typeof raw === 'string' ? resolveAddress(raw, place, true) : null
  delete element.properties['src']
  if (address?.kind === 'internal') {
    element.properties['src'] = address.href
    if (element.tagName === 'img') element.properties['loading'] = 'lazy'
    return undefined
  }
  const alt = String(element.properties['alt'] ?? '').slice(0, 300)
  const label: ElementContent = { type: 'text', value: alt || (address ? new URL(address.href).host : 'picture') }
  if (address?.kind !== 'external') return { type: 'element', tagName: 'span', properties: {}, children: [label] }
  const properties = { href: address.href, rel: ['noopener', 'ugc', 'nofollow'], className: ['external-media'] }
  return { type: 'element', tagName: 'a', properties, children: [label] }
}

/** Gives headings ids of our prefix where they have none, unique in the card, and lists them. */
export function collectToc(toc: TocEntry[]) {
  return (root: Root): void => {
    const taken = new Set<string>()
    const headings: Element[] = []
    eachElement(root, (element) => {
      if (typeof element.properties['id'] === 'string') taken.add(element.properties['id'])
      return undefined
    })
    inOrder(root, (element) => {
      const isHidden = String(element.properties['className'] ?? '').includes('sr-only')
      if (/^h[1-6]$/.test(element.tagName) && !isHidden) headings.push(element)
    })
    for (const heading of headings) {
      const text = textOf(heading).trim()
      if (heading.properties['id'] === undefined) heading.properties['id'] = freeId(slugOf(text), taken)
      if (text !== '' && toc.length < MAX_TOC_ENTRIES) {
        toc.push({
          id: String(heading.properties['id']),
          text: text.slice(0, 200),
          depth: Number(heading.tagName.slice(1)),
        })
      }
    }
  }
}

function inOrder(root: Root, visit: (element: Element) => void): void {
  const stack: (Root | ElementContent)[] = [root]
  for (let node = stack.pop(); node; node = stack.pop()) {
    if (node.type === 'element') visit(node)
    if ('children' in node)
      for (let at = node.children.length - 1; at >= 0; at--) stack.push(node.children[at] as ElementContent)
  }
}

function textOf(root: Element): string {
  const stack: ElementContent[] = [root]
  let text = ''
  for (let node = stack.pop(); node && text.length < 500; node = stack.pop()) {
    if (node.type === 'text') text += node.value
    if ('children' in node)
      for (let at = node.children.length - 1; at >= 0; at--) stack.push(node.children[at] as ElementContent)
  }
  return text
}

/** As GitHub makes them: lower case, punctuation dropped, spaces to hyphens. */
function slugOf(text: string): string {
  return text
    .toLowerCase()
    .slice(0, 100)
    .replace(/[^\p{L}\p{N}\s_-]/gu, '')
    .trim()
    .replace(/\s/g, '-')
}

function freeId(slug: string, taken: Set<string>): string {
  const base = `${ID_PREFIX}${slug || 'section'}`
  let id = base
  for (let nth = 1; taken.has(id); nth++) id = `${base}-${nth}`
  taken.add(id)
  return id
}

/** Last line of defence after every step that adds markup: no inline style, no event handler, whatever made it. */
export function stripActiveAttributes() {
  return (root: Root): void =>
    eachElement(root, (element) => {
      for (const name of Object.keys(element.properties)) {
        if (name === 'style' || /^on/i.test(name)) delete element.properties[name]
      }
      return undefined
    })
}
