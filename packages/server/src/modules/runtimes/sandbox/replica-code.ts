import { existsSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { joinSources } from '../../../kit/join-sources.js'

/** Where the helper processes' code lies, and every folder it needs to be able to read. */
export interface ReplicaCode {
  readonly entryFile: string
  readonly forkerFile: string
  /** Read-only folders and files the replica's imports come from. */
  readonly readPaths: readonly string[]
}

let located: ReplicaCode | null = null

/** Finds the compiled helpers; when the server runs from its sources they are compiled once per content. */
export function locateReplicaCode(): ReplicaCode {
  located ??= locate()
  return located
}

function locate(): ReplicaCode {
  const here = fileURLToPath(import.meta.url)
  const folder = dirname(here)
  if (!here.endsWith('.ts')) {
    const replica = join(dirname(folder), 'replica')
    return {
      entryFile: join(replica, 'entry.js'),
      forkerFile: join(folder, 'forker.js'),
      readPaths: [replica, ...manifestsAbove(folder), ...nodeModulesAbove(folder)],
    }
  }
  const entryFile = fileURLToPath(joinSources(pathToFileURL(join(dirname(folder), 'replica', 'entry.ts')), 'apart'))
  const forkerFile = fileURLToPath(joinSources(pathToFileURL(join(folder, 'forker.ts')), 'apart'))
  // What was joined may have made the folder it lies in.
  return { entryFile, forkerFile, readPaths: nodeModulesAbove(folder) }
}

function foldersAbove(folder: string): string[] {
  const parent = dirname(folder)
  return parent === folder ? [folder] : [folder, ...foldersAbove(parent)]
}

function nodeModulesAbove(folder: string): string[] {
  return foldersAbove(folder)
    .map((above) => join(above, 'node_modules'))
    .filter((path) => existsSync(path))
}

/** `package.json` says that the files are ES modules; the nearest one is enough. */
function manifestsAbove(folder: string): string[] {
  const nearest = foldersAbove(folder).find((above) => existsSync(join(above, 'package.json')))
  return nearest === undefined ? [] : [join(nearest, 'package.json')]
}
