/** Refusals of the Xet store. */
export const XET_ERRORS = {
  XetInvalid: { status: 400, message: 'The uploaded object is not what it claims to be.' },
  XetLinkInvalid: { status: 403, message: 'This link has expired or was not made for these bytes.' },
} as const
