/** Refusals of the commerce module. */
export const COMMERCE_ERRORS = {} as const
