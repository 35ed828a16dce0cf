/** Refusals of signing in through somebody else's identity provider. */
export const FEDERATION_ERRORS = {
  SignOnRequired: { status: 403, message: 'This organisation asks for its own sign-on. Sign in through it first.' },
  SignOnFailed: { status: 401, message: 'The answer of the identity provider was not accepted.' },
  SignOnExpired: {
    status: 401,
    message: 'This sign-in was used already, took too long, or began in another browser. Start again.',
  },
  SignOnNoAccount: {
    status: 403,
    message: 'You have no account here yet, and this connection makes none. Ask an admin for one.',
  },
  SignOnNoRole: { status: 403, message: 'Your organisation has not let you in here. Ask its admin.' },
  SignOnLinkNeeded: {
    status: 409,
    message: 'An account with your e-mail address exists. Sign in to it and connect it in your settings.',
  },
  SignOnTaken: {
    status: 409,
    message: 'This identity belongs to another account, or the account to another identity.',
  },
  ConnectionNotFound: { status: 404, message: 'No such connection.' },
  ConnectionInvalid: { status: 422, message: 'This connection cannot be used so.' },
  ConnectionLimit: { status: 422, message: 'There are as many connections or domains as there may be.' },
  DomainTaken: { status: 409, message: 'Another organisation has shown that this domain is its own.' },
  DomainNotShown: { status: 409, message: 'The DNS record of this domain does not hold the text yet.' },
  SignOnNotReady: { status: 409, message: 'Sign-on cannot be demanded yet.' },
} as const
