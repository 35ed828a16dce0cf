/** Permissions a fine-grained access token may name (hub-api 1.3; `billing.*` is ours). */
export const TOKEN_PERMISSIONS = [
  'repo.content.read',
  'repo.write',
  'inference.serverless.write',
  'inference.endpoints.infer.write',
  'inference.endpoints.write',
  'org.read',
  'org.write',
  'collection.read',
  'collection.write',
  'job.write',
  'resourceGroup.write',
  'discussion.write',
  'billing.read',
  'billing.write',
] as const
