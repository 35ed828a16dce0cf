/** Refusals of the catalog module. */
export const CATALOG_ERRORS = {} as const
