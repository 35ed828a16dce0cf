import { createHash } from 'node:crypto'
import { encodeLfsPointer } from '@stoa/git'
import type { RepoType } from '@stoa/contracts'
import { type FolderFile, itemProblem, type ManifestContext } from '../../../kit/manifest/noun.js'
import { checkCard } from '../commits/check-card.js'
import { buildFirstCommit, type FirstCommit, type FirstFile } from '../commits/first-commit.js'
import type { RepoDeps } from '../deps.js'
import { defaultAttributes, type LfsAttributes, parseLfsAttributes } from '../files/attributes.js'
import { findPathProblem } from '../files/path-rules.js'
import { uploadModeOf } from '../files/upload-mode.js'
import { newBlobKey } from '../lfs/receive-object.js'
import type { RepoName } from '../repo-name.js'

/** What a new repository starts with: its commit, and large files whose bytes are in the blob store already. */
export interface FirstContent {
  readonly commit: FirstCommit
  readonly large: readonly { readonly oid: string; readonly sizeBytes: bigint; readonly blobKey: string }[]
}

const SAMPLE_BYTES = 512

/** Reads the folder an item names and stores its large files; a dry run stores nothing. */
export async function readFirstContent(
  deps: RepoDeps,
  item: { readonly type: RepoType; readonly files?: string | undefined },
  name: RepoName,
  context: ManifestContext,
): Promise<FirstContent> {
  const folder = item.files === undefined ? [] : await context.folder(item.files)
  const own = folder.find((file) => file.path === '.gitattributes')
  const attributesText = own ? (await own.read()).toString('utf8') : defaultAttributes(item.type)
  const attributes = parseLfsAttributes(attributesText)
  const files: FirstFile[] = [{ path: '.gitattributes', content: Buffer.from(attributesText) }]
  const large: FirstContent['large'][number][] = []
  for (const file of folder) {
    const problem = findPathProblem(file.path)
    if (problem) throw itemProblem(['files'], `${file.path}: ${problem}`)
    const content = await file.read()
    if (file.path === 'README.md') checkCard(item.type, content)
    if (modeOf(file, content, attributes) === 'regular') {
      files.push({ path: file.path, content })
      continue
    }
    const object = await storeLarge(deps, content, context.dryRun)
    const pointer = encodeLfsPointer({ oid: object.oid, sizeBytes: content.length })
    files.push({ path: file.path, content: pointer })
    large.push(object)
  }
  const author = { userId: context.actor?.userId ?? null, name: context.actor?.name ?? name.namespace }
  return { commit: await buildFirstCommit(deps, author, files), large }
}

function modeOf(file: FolderFile, content: Buffer, attributes: LfsAttributes): 'lfs' | 'regular' {
  const sample = content.subarray(0, SAMPLE_BYTES)
  return uploadModeOf({ path: file.path, sizeBytes: content.length, sample }, attributes)
}

async function storeLarge(deps: RepoDeps, content: Buffer, isDryRun: boolean): Promise<FirstContent['large'][number]> {
  const oid = createHash('sha256').update(content).digest('hex')
  const blobKey = newBlobKey(oid, deps.ids.next())
  async function* once(): AsyncGenerator<Buffer> {
    yield content
  }
  if (!isDryRun) await deps.blobs.put(blobKey, once(), { sha256: oid, sizeBytes: content.length })
  return { oid, sizeBytes: BigInt(content.length), blobKey }
}
