/**
 * Refusals of provisioning. On the wire the code is the standard's own word (RFC 7644 §3.12): `ScimInvalidFilter` is
 * `scimType: invalidFilter`; codes without a word of the standard send none.
 */
export const SCIM_ERRORS = {
  ScimUnauthorized: { status: 401, message: 'The credential is wrong, has expired or was revoked.' },
  ScimNotFound: { status: 404, message: 'There is no such resource.' },
  ScimInvalidFilter: { status: 400, message: 'The filter cannot be read.' },
  ScimTooMany: { status: 400, message: 'That is more than one request may ask for.' },
  ScimUniqueness: { status: 409, message: 'Another resource has this value already.' },
  ScimMutability: { status: 400, message: 'This attribute cannot be changed.' },
  ScimInvalidSyntax: { status: 400, message: 'The body cannot be read.' },
  ScimInvalidPath: { status: 400, message: 'The path names nothing.' },
  ScimNoTarget: { status: 400, message: 'The path names no value that is there.' },
  ScimInvalidValue: { status: 400, message: 'A value is missing or cannot be used.' },
  ScimConflict: { status: 409, message: 'This cannot be done as things stand.' },
  ScimVersionChanged: { status: 412, message: 'It was changed meanwhile: read it again.' },
  ProvisioningCredentialLimit: {
    status: 422,
    message: 'The organisation has as many provisioning credentials as it may have. Revoke one first.',
  },
} as const
