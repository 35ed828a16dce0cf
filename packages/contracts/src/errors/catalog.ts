/** Refusals of the catalog module. */
export const CATALOG_ERRORS = {
  UnreadableFile: { status: 422, message: 'The file could not be read as what its name says.' },
} as const
