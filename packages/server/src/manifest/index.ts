import { readFile } from 'node:fs/promises'
import { dirname, resolve } from 'node:path'
import { applyManifest, exportManifest as exportRoute } from '@stoa/contracts'
import { actAs } from '../kit/audit/audit.js'
import type { Db } from '../kit/db/database.js'
import type { Http } from '../kit/http/server.js'
import { itemProblem } from '../kit/manifest/noun.js'
import { type ApplyResult, applyDocuments, type ManifestDeps } from './apply-documents.js'
import { exportManifest } from './export-manifest.js'
import { filesFromRequest, readFolder } from './read-folder.js'
import { secretsFromMachine, secretsFromTable } from './resolve-secrets.js'

export type { ApplyResult } from './apply-documents.js'

/** The whole ecosystem as documents: applied over the same operations as the pages use, and written back. */
export function createManifest(deps: ManifestDeps & { readonly db: Db }) {
  return {
    routes: (http: Http): void => bindManifest(http, deps),
    /** Applies the file of `STOA_BOOTSTRAP`; secrets and folders are read on this machine. */
    applyFile: async (
      file: string,
      environment: Readonly<Record<string, string | undefined>>,
    ): Promise<ApplyResult> => {
      const path = resolve(file)
      const text = await readFile(path, 'utf8')
      const request = {
        documents: [{ name: file, text }],
        dryRun: false,
        actor: null,
        resolveSecret: secretsFromMachine(environment, dirname(path)),
        folder: (folder: string) => readFolder(dirname(path), folder),
      }
      return actAs('bootstrap', () => applyDocuments(deps, request))
    },
  }
}

export type Manifest = ReturnType<typeof createManifest>

function bindManifest(http: Http, deps: ManifestDeps & { readonly db: Db }): void {
  const stoa = http.scope('stoa')
  stoa.bind(applyManifest, async ({ actor, body }) => {
    const folders = new Map(Object.entries(body.folders))
    const result = await applyDocuments(deps, {
      documents: body.documents,
      dryRun: body.dryRun,
      actor,
      resolveSecret: secretsFromTable(body.secrets),
      folder: async (path) => {
        const files = folders.get(path)
        if (!files) throw itemProblem([], `the files of ${path} were not sent with the manifest`)
        return filesFromRequest(files)
      },
    })
    return { ...result, changes: [...result.changes], issued: [...result.issued] }
  })
  stoa.bind(exportRoute, async () => ({
    text: await exportManifest(deps.db, deps.nouns, deps.accounts.settings.isLenient()),
  }))
}
