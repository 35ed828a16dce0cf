import { DOMParser } from '@xmldom/xmldom'

const MAX_NODES = 20_000
const MAX_DEPTH = 60

export const NS = {
  protocol: 'urn:oasis:names:tc:SAML:2.0:protocol',
  assertion: 'urn:oasis:names:tc:SAML:2.0:assertion',
  metadata: 'urn:oasis:names:tc:SAML:2.0:metadata',
  signature: 'http://www.w3.org/2000/09/xmldsig#',
} as const

/** As much of a node as is read here. */
export interface XmlNode {
  readonly nodeType: number
  readonly localName: string | null
  readonly namespaceURI: string | null
  readonly nodeValue: string | null
  readonly parentNode: XmlNode | null
  readonly childNodes: ArrayLike<XmlNode>
  readonly attributes: ArrayLike<{ readonly name: string; readonly localName: string | null; readonly value: string }>
}

const ELEMENT = 1
const TEXT = 3

/** The root of a document without DTD, entities, comments, CDATA and instructions; null when it is anything else. */
export function readXml(text: string, { comments = false } = {}): XmlNode | null {
  const bare = comments ? text.replace(/<!--[\s\S]*?-->/g, '') : text
  // No honest answer needs any of them, and each has been used to make two readers see two documents.
  if (/<!|\0/.test(bare) || /<\?(?!xml\s)/.test(bare) || (bare.match(/<\?/g) ?? []).length > 1) return null
  let isBroken = false
  const onProblem = (): void => {
    isBroken = true
  }
  const parser = new DOMParser({ errorHandler: { warning: onProblem, error: onProblem, fatalError: onProblem } })
  try {
    const root = (
      parser.parseFromString(bare, 'text/xml') as unknown as { documentElement: XmlNode | null } | undefined
    )?.documentElement
    return isBroken || !root || !isSmall(root) ? null : root
  } catch {
    return null
  }
}

function isSmall(root: XmlNode): boolean {
  let count = 0
  const visit = (node: XmlNode, depth: number): boolean => {
    count += 1
    if (count > MAX_NODES || depth > MAX_DEPTH) return false
    for (let index = 0; index < node.childNodes.length; index += 1) {
      const child = node.childNodes[index]
      if (child && child.nodeType === ELEMENT && !visit(child, depth + 1)) return false
    }
    return true
  }
  return visit(root, 0)
}

export function childrenOf(node: XmlNode, ns?: string, localName?: string): XmlNode[] {
  return Array.from(node.childNodes).filter(
    (child) =>
      child.nodeType === ELEMENT &&
      (ns === undefined || child.namespaceURI === ns) &&
      (localName === undefined || child.localName === localName),
  )
}

/** The one child of a name; null when there is none or more than one. */
export function childOf(node: XmlNode, ns: string, localName: string): XmlNode | null {
  const found = childrenOf(node, ns, localName)
  return found.length === 1 ? (found[0] ?? null) : null
}

/** Every element below and including this one, in document order. */
export function elementsOf(node: XmlNode): XmlNode[] {
  return [node, ...childrenOf(node).flatMap(elementsOf)]
}

export function attributeOf(node: XmlNode, name: string): string | null {
  return Array.from(node.attributes).find((one) => one.name === name)?.value ?? null
}

/** The text of an element that holds nothing but text; null when it holds elements. */
export function textOf(node: XmlNode): string | null {
  const parts = Array.from(node.childNodes)
  if (parts.some(({ nodeType }) => nodeType !== TEXT)) return null
  return parts
    .map(({ nodeValue }) => nodeValue ?? '')
    .join('')
    .trim()
}
