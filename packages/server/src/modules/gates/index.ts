import type { Http } from '../../kit/http/server.js'
import type { Module } from '../../kit/kit.js'
import type { GateDeps } from './deps.js'
import { createGateForms } from './load-form.js'
import { isLetIn } from './queries.js'
import { bindGates } from './routes/gates.js'

/** What stands before the files of gated repositories: forms, requests, and who was let in. */
export function createGates(deps: GateDeps): Module {
  deps.repos.provideGates({ isLetIn })
  return {
    routes: (http: Http): void => bindGates(http, { ...deps, gateForms: createGateForms(deps) }),
  }
}
