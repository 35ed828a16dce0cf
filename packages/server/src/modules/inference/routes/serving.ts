import { getEndpoint, getSandbox, getServing, getServingLog, listEndpoints } from '@stoa/contracts'
import type { Http } from '../../../kit/http/server.js'
import { type ServingDeps, showSandbox } from '../show-serving.js'
import { showEndpoint, showEndpoints, showServing, showServingLog } from '../show-serving.js'

/** `/api/v1/inference/…`: what pages show of served models. */
export function bindServing(http: Http, deps: ServingDeps): void {
  const scope = http.scope('stoa')
  scope.bind(getServing, ({ actor, params }) => showServing(deps, actor, `${params.namespace}/${params.name}`))
  scope.bind(getServingLog, ({ actor, params }) => showServingLog(deps, actor, `${params.namespace}/${params.name}`))
  scope.bind(listEndpoints, async ({ actor }) => ({ endpoints: await showEndpoints(deps, actor) }))
  scope.bind(getEndpoint, ({ actor, params }) => showEndpoint(deps, actor, params.owner, params.name))
  scope.bind(getSandbox, () => showSandbox(deps))
}
