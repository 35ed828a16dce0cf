/**
 * Refusals of the sign-in protocol. On the wire the code is the standard's own word: `OauthInvalidGrant` is
 * `invalid_grant` (RFC 6749, 7591, 8628, 8693).
 */
export const OAUTH_ERRORS = {
  OauthInvalidRequest: { status: 400, message: 'The request lacks something or says something twice.' },
  OauthInvalidClient: { status: 401, message: 'This app is not known here, or its secret is wrong.' },
  OauthInvalidGrant: { status: 400, message: 'This code or token was used, has expired, or is not for this app.' },
  OauthUnauthorizedClient: { status: 400, message: 'This app may not sign people in this way.' },
  OauthUnsupportedGrantType: { status: 400, message: 'This grant type is not answered here.' },
  OauthUnsupportedResponseType: { status: 400, message: 'Only response_type=code is answered here.' },
  OauthInvalidScope: { status: 400, message: 'The app asks for more than it may.' },
  OauthInvalidTarget: { status: 400, message: 'No trusted publisher lets this job act there.' },
  OauthAccessDenied: { status: 400, message: 'The person said no.' },
  OauthAuthorizationPending: { status: 400, message: 'Nobody has confirmed the code yet.' },
  OauthSlowDown: { status: 400, message: 'Ask less often.' },
  OauthExpiredToken: { status: 400, message: 'The code has expired. Begin again.' },
  OauthLoginRequired: { status: 400, message: 'Nobody is signed in.' },
  OauthConsentRequired: { status: 400, message: 'The person has to be asked first.' },
  OauthInvalidRedirectUri: { status: 400, message: 'A redirect address cannot be used.' },
  OauthInvalidClientMetadata: { status: 400, message: 'The app described itself in a way that cannot be used.' },
  OauthInvalidToken: { status: 401, message: 'This access token is not known here, has expired or was revoked.' },
  OauthInsufficientScope: { status: 403, message: 'This access token lacks the scope for this.' },
  DeviceCodeUnknown: {
    status: 404,
    message: 'No program waits for this code. Check the letters, or start again there.',
  },
  OauthAppLimit: { status: 422, message: 'You have as many apps as one account may have. Delete one first.' },
  IssuerNotTrusted: { status: 422, message: 'The operator of this platform has not allowed this issuer.' },
} as const
