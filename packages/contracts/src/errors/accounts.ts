/** Refusals of identity: who is asking and what the credential may do. */
export const ACCOUNT_ERRORS = {
  Unauthorized: { status: 401, message: 'Sign in or send an access token.' },
  InvalidCredentials: { status: 401, message: 'Invalid credentials in Authorization header' },
  Forbidden: { status: 403, message: 'You are not allowed to do this.' },
  InsufficientScope: { status: 403, message: 'This access token may not do this.' },
  CrossSiteRequest: { status: 403, message: 'This request came from another site.' },
} as const
