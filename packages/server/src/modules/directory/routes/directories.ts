import { directories, refuse } from '@stoa/contracts'
import type { UserActor } from '../../../kit/http/actor.js'
import type { Http } from '../../../kit/http/server.js'
import { can } from '../../accounts/index.js'
import type { DirectoryDeps } from '../deps.js'
import {
  addDirectory,
  changeDirectory,
  draftAccess,
  getDirectory,
  removeDirectory,
  showDirectory,
} from '../ldap/change-directory.js'
import { explainProblem } from '../ldap/explain-problem.js'
import { syncDirectory } from '../ldap/sync-directory.js'
import { testDirectory } from '../ldap/test-directory.js'
import { listDirectories } from '../queries/directories.js'

/** Directories, for owners of the platform: who decides over them decides who gets in, and with which duties. */
export function bindDirectories(http: Http, deps: DirectoryDeps): void {
  const stoa = http.scope('stoa')
  const show = async (id: string) => showDirectory(deps.db, await getDirectory(deps.db, id))

  stoa.bind(directories.list, async ({ actor }) => {
    demandOwner(actor)
    const rows = await listDirectories(deps.db)
    return { directories: await Promise.all(rows.map((row) => showDirectory(deps.db, row))) }
  })

  stoa.bind(directories.create, async ({ actor, body }) => {
    demandOwner(actor)
    return show(await deps.write((tx) => addDirectory(tx, deps, body)))
  })

  stoa.bind(directories.update, async ({ actor, params, body }) => {
    demandOwner(actor)
    await deps.write((tx) => changeDirectory(tx, deps, params.directoryId, body))
    return show(params.directoryId)
  })

  stoa.bind(directories.remove, async ({ actor, params }) => {
    demandOwner(actor)
    await deps.write((tx) => removeDirectory(tx, deps, params.directoryId))
  })

  stoa.bind(directories.test, async ({ actor, body }) => {
    demandOwner(actor)
    const { login, password, ...fields } = body
    const steps = await testDirectory(await draftAccess(deps, fields), fields.rules, { login, password })
    return { ok: steps.every((step) => step.ok), steps }
  })

  stoa.bind(directories.sync, async ({ actor, params }) => {
    demandOwner(actor)
    const row = await getDirectory(deps.db, params.directoryId)
    await syncDirectory(deps, row).catch((error: unknown) => {
      throw refuse('ConnectionInvalid', explainProblem(error))
    })
    return show(row.id)
  })
}

function demandOwner(actor: UserActor): void {
  const { allow, rule } = can(actor, 'platform.directories', null)
  if (allow) return
  throw rule === 'token.scope'
    ? refuse('InsufficientScope')
    : refuse('Forbidden', 'Only an owner of the platform may do this.')
}
