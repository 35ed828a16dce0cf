/** Refusals of the inference module. */
export const INFERENCE_ERRORS = {} as const
