import { isMap, isScalar, isSeq, LineCounter, type Node, parseAllDocuments } from 'yaml'
import { type KeyPath, refuseManifest } from './manifest-problem.js'

const MAX_DOCUMENTS = 50
const MAX_ALIASES = 100
const MAX_DEPTH = 20

/** One YAML or JSON document, with a way back from a key to its place in the text. */
export interface ManifestDocument {
  readonly file: string
  readonly value: Readonly<Record<string, unknown>>
  /** Place of a key, or of the nearest thing around it that exists. */
  locate(path: KeyPath): { line: number; column: number }
}

/** Reads every document of a text; throws `ManifestInvalid` at the first one that is not a mapping. */
export function readDocuments(file: string, text: string): ManifestDocument[] {
  const lines = new LineCounter()
  const parsed = parseAllDocuments(text, { lineCounter: lines, uniqueKeys: true, prettyErrors: false })
  const documents = Array.isArray(parsed) ? parsed : []
  if (documents.length > MAX_DOCUMENTS)
    throw problemAt(file, lines, 0, `at most ${MAX_DOCUMENTS} documents in one file`)
  return documents.flatMap((document) => {
    const [error] = document.errors
    if (error) throw problemAt(file, lines, error.pos[0], firstSentence(error.message))
    if (document.contents === null || (isScalar(document.contents) && document.contents.value === null)) return []
    const root: Node = document.contents
    if (!isMap(root)) throw problemAt(file, lines, root.range?.[0] ?? 0, 'a mapping with keys like users, orgs, repos')
    const value = toValue(
      file,
      lines,
      root,
      () => document.toJS({ maxAliasCount: MAX_ALIASES }) as Record<string, unknown>,
    )
    return [{ file, value, locate: (path) => place(lines, offsetOf(root, path)) }]
  })
}

function toValue(
  file: string,
  lines: LineCounter,
  root: Node,
  convert: () => Record<string, unknown>,
): Record<string, unknown> {
  const start = root.range?.[0] ?? 0
  try {
    const value = convert()
    if (depthOf(value) > MAX_DEPTH) throw problemAt(file, lines, start, `at most ${MAX_DEPTH} levels of nesting`)
    return value
  } catch (error) {
    if (error instanceof ReferenceError) throw problemAt(file, lines, start, `at most ${MAX_ALIASES} uses of an alias`)
    throw error
  }
}

function depthOf(value: unknown, limit = MAX_DEPTH + 2): number {
  if (value === null || typeof value !== 'object' || limit === 0) return 0
  return 1 + Math.max(0, ...Object.values(value).map((inner) => depthOf(inner, limit - 1)))
}

function offsetOf(root: Node, path: KeyPath): number {
  let offset = root.range?.[0] ?? 0
  let node: unknown = root
  for (const part of path) {
    if (isMap(node)) {
      const pair = node.items.find((item) => isScalar(item.key) && String(item.key.value) === String(part))
      if (!pair) break
      offset = (isScalar(pair.key) && pair.key.range?.[0]) || offset
      node = pair.value
    } else if (isSeq(node)) {
      node = node.items[Number(part)]
      offset = (node as Node | undefined)?.range?.[0] ?? offset
    } else break
  }
  return offset
}

function problemAt(file: string, lines: LineCounter, offset: number, expected: string): Error {
  return refuseManifest({ file, ...place(lines, offset), key: '', expected })
}

function place(lines: LineCounter, offset: number): { line: number; column: number } {
  const { line, col } = lines.linePos(offset)
  return { line: Math.max(1, line), column: Math.max(1, col) }
}

function firstSentence(message: string): string {
  return message.split('\n')[0] ?? message
}
