import { type FileInspection, MAX_SHOWN_TENSORS, refuse, type RepoType } from '@stoa/contracts'
import {
  FormatError,
  type FileSource,
  PICKLE_FILE,
  readGguf,
  readOnnx,
  readSafetensorsHeader,
  scanPickleFile,
} from '@stoa/formats'
import type { Actor } from '../../kit/http/actor.js'
import type { CatalogDeps } from './deps.js'
import { openSource } from './facts/read-repo-files.js'

/** Imports of a pickle in one answer. */
const MAX_SHOWN_IMPORTS = 500

interface FileQuestion {
  readonly type: RepoType
  readonly fullName: string
  readonly revision: string
  readonly path: string
}

/**
 * What a weights file says of itself, read from its header. Errors: `RepoNotFound`, `RevisionNotFound`, `EntryNotFound`,
 * `GatedRepo`; `UnreadableFile` for a damaged file and for one of another format.
 */
export async function inspectRepoFile(deps: CatalogDeps, actor: Actor, asked: FileQuestion): Promise<FileInspection> {
  const { repo } = await deps.repos.findRepo(actor, asked.type, asked.fullName, 'read')
  const read = readerOf(asked.path)
  if (!read) throw refuse('UnreadableFile', 'Only safetensors, GGUF, ONNX and pickle files are inspected.')
  const commitOid = await deps.repos.resolveRevision(repo, asked.revision)
  const source = await openSource(deps.repos, repo, commitOid, asked.path)
  try {
    return await read(source)
  } catch (error) {
    if (error instanceof FormatError) throw refuse('UnreadableFile', `This file could not be read: ${error.message}.`)
    throw error
  }
}

function readerOf(path: string): ((source: FileSource) => Promise<FileInspection>) | null {
  if (/\.safetensors$/i.test(path)) return inspectSafetensors
  if (/\.gguf$/i.test(path)) return inspectGguf
  if (/\.onnx$/i.test(path)) return inspectOnnx
  return PICKLE_FILE.test(path) ? inspectPickle : null
}

async function inspectSafetensors(source: FileSource): Promise<FileInspection> {
  const { metadata, tensors, parameters, headerBytes } = await readSafetensorsHeader(source)
  const shown = [...tensors].slice(0, MAX_SHOWN_TENSORS)
  return {
    format: 'safetensors',
    metadata,
    byDtype: parameters.parameters,
    totalParameters: parameters.total,
    tensorCount: tensors.size,
    tensors: shown.map(([name, { dtype, shape, start, end }]) => ({ name, dtype, shape, sizeBytes: end - start })),
    headerBytes,
  }
}

async function inspectGguf(source: FileSource): Promise<FileInspection> {
  const { metadata, tensorTypes, totalParameters, tensorCount, tensors } = await readGguf(source, MAX_SHOWN_TENSORS)
  return {
    format: 'gguf',
    metadata: Object.fromEntries(metadata),
    byDtype: tensorTypes,
    totalParameters,
    tensorCount,
    tensors: tensors.map(({ name, type, shape }) => ({ name, dtype: type, shape: [...shape] })),
  }
}

async function inspectOnnx(source: FileSource): Promise<FileInspection> {
  const { irVersion: _, ...facts } = await readOnnx(source)
  return { format: 'onnx', ...facts }
}

async function inspectPickle(source: FileSource): Promise<FileInspection> {
  const { verdict, imports, unread } = await scanPickleFile(source)
  const shown = imports.slice(0, MAX_SHOWN_IMPORTS).map(({ module, name, safety }) => ({ module, name, safety }))
  return { format: 'pickle', verdict, imports: shown, unread: unread.slice(0, MAX_SHOWN_IMPORTS) }
}
