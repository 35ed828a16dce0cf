import { GitFormatError } from './format-error.js'

/** Who did something and when. */
export interface Signature {
  readonly name: string
  readonly email: string
  /** Seconds since 1970. */
  readonly seconds: number
  /** `+0100` */
  readonly zone: string
}

export interface Commit {
  readonly tree: string
  readonly parents: readonly string[]
  readonly author: Signature
  readonly committer: Signature
  readonly message: string
}

export interface Tag {
  readonly object: string
  readonly type: string
  readonly tag: string
  readonly tagger: Signature | null
  readonly message: string
}

const SIGNATURE = /^(.*?) ?<([^<>]*)> (-?\d+) ([+-]\d{4})$/

/** Reads `Name <email> seconds zone`; what cannot be read becomes empty, since stored objects were checked before. */
export function parseSignature(text: string): Signature {
  const match = SIGNATURE.exec(text)
  if (!match) return { name: text, email: '', seconds: 0, zone: '+0000' }
  return { name: match[1] ?? '', email: match[2] ?? '', seconds: Number(match[3]), zone: match[4] ?? '+0000' }
}

function splitHeaders(data: Uint8Array): { headers: string[]; message: string } {
  const text = Buffer.from(data.buffer, data.byteOffset, data.byteLength).toString('utf8')
  const end = text.startsWith('\n') ? -1 : text.indexOf('\n\n')
  if (end < 0) return { headers: text.split('\n'), message: '' }
  return { headers: text.slice(0, end).split('\n'), message: text.slice(end + 2) }
}

function valueOf(headers: readonly string[], key: string): string | undefined {
  return headers.find((line) => line.startsWith(`${key} `))?.slice(key.length + 1)
}

/** Reads a commit's content. Throws GitFormatError when it has no tree. */
export function parseCommit(data: Uint8Array): Commit {
  const { headers, message } = splitHeaders(data)
  const tree = valueOf(headers, 'tree')
  if (tree === undefined) throw new GitFormatError('missingTree', 'a commit without a tree')
  const parents = headers.filter((line) => line.startsWith('parent ')).map((line) => line.slice(7))
  const author = parseSignature(valueOf(headers, 'author') ?? '')
  const committer = parseSignature(valueOf(headers, 'committer') ?? '')
  return { tree, parents, author, committer, message }
}

/** Reads an annotated tag's content. Throws GitFormatError when it names no object. */
export function parseTag(data: Uint8Array): Tag {
  const { headers, message } = splitHeaders(data)
  const object = valueOf(headers, 'object')
  if (object === undefined) throw new GitFormatError('missingObject', 'a tag without an object')
  const tagger = valueOf(headers, 'tagger')
  return {
    object,
    type: valueOf(headers, 'type') ?? '',
    tag: valueOf(headers, 'tag') ?? '',
    tagger: tagger === undefined ? null : parseSignature(tagger),
    message,
  }
}

/** Removes what would break the header line: angle brackets, line ends, control characters, outer blanks and dots. */
function cleanIdent(text: string): string {
  return text.replace(/[<>\p{Cc}]/gu, '').replace(/^[ .,:;"']+|[ .,:;"']+$/g, '')
}

/** A signature line's value; the name and address are cleaned as git cleans them. */
export function formatSignature(who: Signature): string {
  return `${cleanIdent(who.name) || 'unknown'} <${cleanIdent(who.email)}> ${Math.trunc(who.seconds)} ${who.zone}`
}

/** Content of a commit object. */
export function encodeCommit(commit: Commit): Buffer {
  const lines = [
    `tree ${commit.tree}`,
    ...commit.parents.map((parent) => `parent ${parent}`),
    `author ${formatSignature(commit.author)}`,
    `committer ${formatSignature(commit.committer)}`,
  ]
  return Buffer.from(`${lines.join('\n')}\n\n${commit.message.replaceAll('\0', '')}`, 'utf8')
}

/** Content of an annotated tag object. */
export function encodeTag(tag: Tag & { readonly tagger: Signature }): Buffer {
  const lines = [`object ${tag.object}`, `type ${tag.type}`, `tag ${tag.tag}`, `tagger ${formatSignature(tag.tagger)}`]
  return Buffer.from(`${lines.join('\n')}\n\n${tag.message.replaceAll('\0', '')}`, 'utf8')
}
