/** Refusals of proving who somebody is: second factors, passkeys, confirming. */
export const SIGNIN_ERRORS = {
  SecondFactorWrong: { status: 401, message: 'This code is wrong or was used before.' },
  SecondFactorRequired: {
    status: 403,
    message: 'This asks for two-factor sign-in. Add a passkey or an authenticator app under Settings, Security.',
  },
  SignInExpired: { status: 401, message: 'This sign-in took too long. Begin again.' },
  ConfirmationRequired: {
    status: 403,
    message: 'Confirm that it is you: with your password, a passkey or a code of your authenticator app.',
  },
  PasskeyRefused: { status: 401, message: 'This passkey was not accepted.' },
  PasskeyLimit: { status: 422, message: 'You have as many passkeys as one account may have. Remove one first.' },
  FactorExists: { status: 409, message: 'You have an authenticator app already. Remove it first.' },
  LetterLimit: { status: 429, message: 'This address had many letters lately. Try again in an hour.' },
  InvitationElsewhere: {
    status: 403,
    message: 'This invitation is for another address. Sign in with its account, or verify the address first.',
  },
  InvitationLimit: { status: 422, message: 'There are as many open invitations as there may be. Revoke some first.' },
  CsvInvalid: { status: 422, message: 'This is not a CSV file with the columns name, email, role, groups.' },
} as const
