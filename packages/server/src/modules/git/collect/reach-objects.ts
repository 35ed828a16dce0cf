import { type ObjectType, parseCommit, scanTree } from '@stoa/git'
import type { ObjectReader } from '../object-reader.js'
import { OidSet } from '../oid-set.js'
import type { StoredObject } from '../store.js'

const OBJECTS_AT_ONCE = 500
const STARTS_AT_ONCE = 5_000

/**
 * Everything that is named by some objects, and by what they name, is added to `reached`. Names of things that are not
 * stored are passed over: what stands is complete, and a root that is gone names nothing.
 */
export async function reachObjects(
  reader: ObjectReader,
  repoId: string,
  starts: readonly string[],
  reached = new OidSet(),
): Promise<OidSet> {
  const open: string[] = []
  const take = (oid: string, type: ObjectType): void => {
    if (reached.add(oid) && type !== 'blob') open.push(oid)
  }
  for (let at = 0; at < starts.length; at += STARTS_AT_ONCE) {
    const infos = await reader.readInfo(repoId, starts.slice(at, at + STARTS_AT_ONCE))
    for (const [oid, { type }] of infos) take(oid, type)
  }
  while (open.length > 0) {
    const objects = await reader.readObjects(repoId, open.splice(-OBJECTS_AT_ONCE))
    for (const object of objects.values()) showLinks(object, take)
  }
  return reached
}

function showLinks({ type, data }: StoredObject, take: (oid: string, type: ObjectType) => void): void {
  if (type === 'tree') scanTree(asBuffer(data), (kind, oid) => void (kind === 'commit' || take(oid, kind)))
  else if (type === 'commit') {
    const { tree, parents } = parseCommit(data)
    take(tree, 'tree')
    for (const parent of parents) take(parent, 'commit')
  } else if (type === 'tag') {
    const [, oid = '', kind = ''] = TAG_HEAD.exec(asBuffer(data).toString('latin1', 0, 80)) ?? []
    if (oid !== '') take(oid, kind as ObjectType)
  }
}

const TAG_HEAD = /^object ([0-9a-f]{40})\ntype (commit|tree|blob|tag)\n/
const asBuffer = (data: Uint8Array): Buffer => Buffer.from(data.buffer, data.byteOffset, data.byteLength)
