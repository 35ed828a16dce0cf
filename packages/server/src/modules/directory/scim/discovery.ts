import { refuse, SCIM_PAGE_MAX } from '@stoa/contracts'
import type { Resource, Value } from './resource.js'
import { type Attribute, GROUP, type ResourceSchema, USER } from './schema.js'
import { LIST_RESPONSE } from './schema-urns.js'

const META_SCHEMA = 'urn:ietf:params:scim:schemas:core:2.0:Schema'
const META_TYPE = 'urn:ietf:params:scim:schemas:core:2.0:ResourceType'
const META_CONFIG = 'urn:ietf:params:scim:schemas:core:2.0:ServiceProviderConfig'

/** What this server can do (RFC 7643 §5). */
export function showConfig(baseUrl: string, guideUrl: string): Resource {
  return {
    schemas: [META_CONFIG],
    documentationUri: guideUrl,
    patch: { supported: true },
    bulk: { supported: false, maxOperations: 0, maxPayloadSize: 0 },
    filter: { supported: true, maxResults: SCIM_PAGE_MAX },
    changePassword: { supported: false },
    sort: { supported: true },
    etag: { supported: true },
    authenticationSchemes: [
      {
        type: 'oauthbearertoken',
        name: 'Bearer credential',
        description: 'A credential made in the settings of the organisation, in the header Authorization.',
        primary: true,
      },
    ],
    meta: { resourceType: 'ServiceProviderConfig', location: `${baseUrl}/ServiceProviderConfig` },
  }
}

/** The kinds of resources (RFC 7643 §6). */
export function listTypes(baseUrl: string): Resource {
  return asList(
    [USER, GROUP].map((schema) => ({
      schemas: [META_TYPE],
      id: schema.name,
      name: schema.name,
      description: schema.about,
      endpoint: `/${schema.name}s`,
      schema: schema.urn,
      ...(schema.extension ? { schemaExtensions: [{ schema: schema.extension.urn, required: false }] } : {}),
      meta: { resourceType: 'ResourceType', location: `${baseUrl}/ResourceTypes/${schema.name}` },
    })),
  )
}

/** The attributes of every kind (RFC 7643 §7). */
export function listSchemas(baseUrl: string): Resource {
  return asList(allSchemas(baseUrl))
}

/** Throws `ScimNotFound`. */
export function getSchema(baseUrl: string, id: string): Resource {
  const found = allSchemas(baseUrl).find((one) => String(one['id']).toLowerCase() === id.toLowerCase())
  if (!found) throw refuse('ScimNotFound')
  return found
}

function allSchemas(baseUrl: string): Resource[] {
  return [USER, GROUP].flatMap((schema) => [
    showSchema(schema, baseUrl),
    ...(schema.extension ? [showSchema({ ...schema.extension, name: 'EnterpriseUser' }, baseUrl)] : []),
  ])
}

function showSchema(
  { urn, name, about, attributes }: Pick<ResourceSchema, 'urn' | 'about' | 'attributes'> & { readonly name: string },
  baseUrl: string,
): Resource {
  const common = new Set(['id', 'externalId', 'meta'])
  return {
    schemas: [META_SCHEMA],
    id: urn,
    name,
    description: about,
    attributes: attributes.filter((attribute) => !common.has(attribute.name)).map(showAttribute),
    meta: { resourceType: 'Schema', location: `${baseUrl}/Schemas/${urn}` },
  }
}

function showAttribute(attribute: Attribute): Value {
  return {
    name: attribute.name,
    type: attribute.type,
    multiValued: attribute.isMulti === true,
    description: attribute.about,
    required: attribute.isRequired === true,
    caseExact: attribute.isCaseExact === true,
    mutability: attribute.isReadOnly ? 'readOnly' : 'readWrite',
    returned: attribute.isAlwaysShown ? 'always' : 'default',
    uniqueness: attribute.isUnique ? 'server' : 'none',
    ...(attribute.subs ? { subAttributes: attribute.subs.map(showAttribute) } : {}),
  }
}

function asList(found: readonly Resource[]): Resource {
  return {
    schemas: [LIST_RESPONSE],
    totalResults: found.length,
    startIndex: 1,
    itemsPerPage: found.length,
    Resources: [...found],
  }
}
