import type { z } from 'zod'
import type { ErrorCode } from './errors/registry.js'

/** Who may call: `none` ignores credentials, `optional` reads them, the others demand a signed-in user (and a token that may write, or an admin). */
export type RouteAuth = 'none' | 'optional' | 'user' | 'write' | 'admin'
/** The protocol a route belongs to: it decides body parsers and the error dialect. */
export type Family =
  | 'hub'
  | 'git'
  | 'lfs'
  | 'xet'
  | 'storage'
  | 'openai'
  | 'inference'
  | 'oauth'
  | 'scim'
  | 'stoa'
  | 'web'
export type RateBucket = 'api' | 'resolvers' | 'pages' | 'git' | 'inference' | 'auth' | 'search' | 'scim'
export type HttpMethod = 'GET' | 'HEAD' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'

/** One method and path the server answers, as data: the source of types, validation, OpenAPI and the SDK. */
export interface Route<
  Params extends z.ZodType = z.ZodType,
  Query extends z.ZodType = z.ZodType,
  Body extends z.ZodType = z.ZodType,
  Response extends z.ZodType = z.ZodType,
> {
  /** Dotted, unique: `hub.repos.create`. */
  readonly id: string
  readonly family: Family
  readonly method: HttpMethod
  /** Fastify syntax: `/api/models/:namespace/:name/tree/:rev/*`. */
  readonly path: string
  readonly summary: string
  readonly auth: RouteAuth
  readonly rate?: RateBucket
  readonly params?: Params
  readonly query?: Query
  readonly body?: Body
  readonly response?: Response
  /** Whoever looks through somebody else's eyes may do this although it is no reading. */
  readonly isForBorrowed?: boolean
  readonly errors: readonly ErrorCode[]
  readonly bodyLimitBytes?: number
}

type Shape<T extends z.ZodType | undefined, K extends 'input' | 'output'> = T extends z.ZodType
  ? K extends 'input'
    ? z.input<T>
    : z.output<T>
  : undefined

export type ParamsOf<R extends Route> = Shape<R['params'], 'output'>
export type QueryOf<R extends Route> = Shape<R['query'], 'output'>
export type BodyOf<R extends Route> = Shape<R['body'], 'output'>
export type ResponseOf<R extends Route> = Shape<R['response'], 'input'>

/** Declares a route; the argument's own schema types are kept. */
export function route<const R extends Route>(definition: R): R {
  return definition
}
