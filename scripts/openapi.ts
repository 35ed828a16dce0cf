import { ERRORS, type Route } from '../packages/contracts/src/index.js'
import { z } from 'zod'

type Json = Record<string, unknown>

/** OpenAPI 3.1 of the contracts; zod writes the schemas. */
export function openApiDocument(routes: readonly Route[]): Json {
  const paths: Record<string, Json> = {}
  for (const route of routes) {
    const path = openPath(route.path)
    paths[path] = { ...paths[path], [route.method.toLowerCase()]: operation(route) }
  }
  return {
    openapi: '3.1.0',
    info: { title: 'Stoa', version: '0.1.0', license: { name: 'Apache-2.0', identifier: 'Apache-2.0' } },
    security: [{ token: [] }],
    paths,
    components: { securitySchemes: { token: { type: 'http', scheme: 'bearer' } } },
  }
}

function openPath(path: string): string {
  return path.replace(/:(\w+)/g, '{$1}').replace(/\*$/, '{path}')
}

function operation(route: Route): Json {
  return {
    operationId: route.id,
    tags: [route.family],
    summary: route.summary,
    ...(route.auth === 'none' ? { security: [] } : {}),
    parameters: [...parameters(route, 'path'), ...parameters(route, 'query')],
    ...(route.body
      ? { requestBody: { content: { 'application/json': { schema: schemaOf(route.body, 'input') } } } }
      : {}),
    responses: responses(route),
  }
}

function parameters(route: Route, where: 'path' | 'query'): Json[] {
  const schema = where === 'path' ? route.params : route.query
  const shape = schema ? schemaOf(schema, 'input') : {}
  const properties = (shape['properties'] ?? {}) as Json
  const required = (shape['required'] ?? []) as string[]
  return Object.entries(properties).map(([name, value]) => ({
    name: name === '*' ? 'path' : name,
    in: where,
    required: where === 'path' || required.includes(name),
    schema: value,
  }))
}

function responses(route: Route): Json {
  const answers: Json = {
    '200': {
      description: 'The answer.',
      ...(route.response ? { content: { 'application/json': { schema: schemaOf(route.response, 'output') } } } : {}),
    },
  }
  for (const code of route.errors) {
    const { status, message } = ERRORS[code]
    const known = answers[String(status)] as { description: string } | undefined
    answers[String(status)] = {
      description: known ? `${known.description} ${code}: ${message}` : `${code}: ${message}`,
    }
  }
  return answers
}

function schemaOf(schema: z.ZodType, io: 'input' | 'output'): Json {
  const { $schema: _version, ...json } = z.toJSONSchema(schema, { io, unrepresentable: 'any' }) as Json
  return json
}
