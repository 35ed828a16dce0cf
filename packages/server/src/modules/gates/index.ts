import type { Http } from '../../kit/http/server.js'
import type { Module } from '../../kit/kit.js'
import type { GateDeps } from './deps.js'
import { createGateNotices } from './keep-notices.js'
import { createGateForms } from './load-form.js'
import { isLetIn } from './queries.js'
import { scheduleDigests } from './send-digests.js'
import { bindGates } from './routes/gates.js'

/** What stands before the files of gated repositories: forms, requests, and who was let in. */
export function createGates(options: Omit<GateDeps, 'gateNotices'>): Module {
  const gateNotices = createGateNotices(options)
  const deps: GateDeps = { ...options, gateNotices }
  const { find: findNotices, set: setNotices, forget: forgetNotices } = gateNotices
  deps.repos.provideGates({ isLetIn, findNotices, setNotices, forgetNotices })
  scheduleDigests(deps)
  return {
    routes: (http: Http): void => bindGates(http, { ...deps, gateForms: createGateForms(deps) }),
  }
}
