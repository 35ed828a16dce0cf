import { GitFormatError } from './format-error.js'
import type { ObjectType } from './object.js'
import { isValidRefName } from './ref-name.js'

const OID = /^[0-9a-f]{40}$/
const MAX_HEADER_BYTES = 1024 * 1024
const MAX_PARENTS = 128
const TYPES: readonly string[] = ['commit', 'tree', 'blob', 'tag']

const fail = (rule: string, message: string): GitFormatError => new GitFormatError(rule, message)

/** What a checked commit points at. */
export interface CommitLinks {
  readonly tree: string
  readonly parents: readonly string[]
  /** Committer's time, seconds since 1970. */
  readonly committedSeconds: number
}

export interface TagLink {
  readonly object: string
  readonly type: ObjectType
}

/** Lines of the header; `at` walks through them. */
class HeaderLines {
  private readonly lines: readonly string[]
  private at = 0

  constructor(data: Uint8Array) {
    const bytes = Buffer.from(data.buffer, data.byteOffset, data.byteLength)
    const end = bytes.indexOf('\n\n')
    const head = end < 0 ? bytes : bytes.subarray(0, end + 1)
    if (head.length > MAX_HEADER_BYTES) throw fail('headerTooLarge', 'the header is too large')
    if (bytes.includes(0)) throw fail(head.includes(0) ? 'nulInHeader' : 'nulInCommit', 'contains a NUL byte')
    if (head[head.length - 1] !== 0x0a) throw fail('unterminatedHeader', 'unterminated header')
    this.lines = head.toString('latin1').split('\n')
  }

  /** Value of the next line when it has this key. */
  take(key: string): string | undefined {
    const line = this.lines[this.at]
    if (line === undefined || !line.startsWith(`${key} `)) return undefined
    this.at++
    return line.slice(key.length + 1)
  }

  hasNext(key: string): boolean {
    return this.lines[this.at]?.startsWith(`${key} `) === true
  }
}

function takeOid(lines: HeaderLines, key: string, missing: string, bad: string): string {
  const oid = lines.take(key)
  if (oid === undefined) throw fail(missing, `invalid format - expected '${key}' line`)
  if (!OID.test(oid)) throw fail(bad, `invalid '${key}' line format - bad sha1`)
  return oid
}

/** Checks a commit as `git fsck --strict` does. Throws GitFormatError named by git's rule. */
export function checkCommit(data: Uint8Array): CommitLinks {
  const lines = new HeaderLines(data)
  const tree = takeOid(lines, 'tree', 'missingTree', 'badTreeSha1')
  const parents: string[] = []
  while (lines.hasNext('parent')) parents.push(takeOid(lines, 'parent', 'missingParent', 'badParentSha1'))
  if (parents.length > MAX_PARENTS) throw fail('tooManyParents', `a commit may have at most ${MAX_PARENTS} parents`)
  const author = lines.take('author')
  if (author === undefined) throw fail('missingAuthor', "invalid format - expected 'author' line")
  checkIdent(author)
  if (lines.hasNext('author')) throw fail('multipleAuthors', "invalid format - multiple 'author' lines")
  const committer = lines.take('committer')
  if (committer === undefined) throw fail('missingCommitter', "invalid format - expected 'committer' line")
  return { tree, parents, committedSeconds: checkIdent(committer) }
}

/** Checks an annotated tag as `git fsck --strict` does. Throws GitFormatError named by git's rule. */
export function checkTag(data: Uint8Array): TagLink {
  const lines = new HeaderLines(data)
  const object = takeOid(lines, 'object', 'missingObject', 'badObjectSha1')
  const type = lines.take('type')
  if (type === undefined) throw fail('missingTypeEntry', "invalid format - expected 'type' line")
  if (!TYPES.includes(type)) throw fail('badType', "invalid 'type' value")
  const name = lines.take('tag')
  if (name === undefined) throw fail('missingTagEntry', "invalid format - expected 'tag' line")
  if (!isValidRefName(`refs/tags/${Buffer.from(name, 'latin1').toString('utf8')}`))
    throw fail('badTagName', "invalid 'tag' name")
  const tagger = lines.take('tagger')
  if (tagger === undefined) throw fail('missingTaggerEntry', "invalid format - expected 'tagger' line")
  checkIdent(tagger)
  return { object, type: type as ObjectType }
}

/** The largest time git takes: it must fit a signed 64-bit number. */
const MAX_SECONDS = 2n ** 63n - 1n
/** Times behind this are kept as this, since a date holds no more. */
const MAX_DATE_SECONDS = 253_402_300_799

function checkIdent(ident: string): number {
  if (ident.startsWith('<'))
    throw fail('missingNameBeforeEmail', 'invalid author/committer line - missing space before email')
  const open = ident.indexOf('<')
  const firstClose = ident.indexOf('>')
  if (firstClose >= 0 && (open < 0 || firstClose < open))
    throw fail('badName', 'invalid author/committer line - bad name')
  if (open < 0) throw fail('missingEmail', 'invalid author/committer line - missing email')
  if (ident[open - 1] !== ' ')
    throw fail('missingSpaceBeforeEmail', 'invalid author/committer line - missing space before email')
  const rest = ident.slice(open + 1)
  const close = rest.search(/[<>]/)
  if (close < 0 || rest[close] !== '>') throw fail('badEmail', 'invalid author/committer line - bad email')
  const date = rest.slice(close + 1)
  if (!date.startsWith(' '))
    throw fail('missingSpaceBeforeDate', 'invalid author/committer line - missing space before date')
  const match = /^(\d+) (.*)$/.exec(date.slice(1))
  const [, seconds = '', zone = ''] = match ?? []
  if (match === null) throw fail('badDate', 'invalid author/committer line - bad date')
  if (seconds.length > 1 && seconds.startsWith('0'))
    throw fail('zeroPaddedDate', 'invalid author/committer line - zero-padded date')
  if (BigInt(seconds.slice(0, 30)) > MAX_SECONDS)
    throw fail('badDateOverflow', 'invalid author/committer line - date causes integer overflow')
  if (!/^[+-]\d{4}$/.test(zone)) throw fail('badTimezone', 'invalid author/committer line - bad time zone')
  return Math.min(Number(seconds), MAX_DATE_SECONDS)
}
