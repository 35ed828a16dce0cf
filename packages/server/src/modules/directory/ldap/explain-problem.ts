/** Reasons Active Directory hides in the text of a refused sign-in. */
const AD_REASONS: Readonly<Record<string, string>> = {
  '525': 'Active Directory does not know the account.',
  '52e': 'Active Directory says that the password is wrong.',
  '530': 'Active Directory does not let this account sign in at this hour.',
  '531': 'Active Directory does not let this account sign in from this machine.',
  '532': 'The password has expired in Active Directory.',
  '533': 'The account is disabled in Active Directory.',
  '701': 'The account has expired in Active Directory.',
  '773': 'The password has to be changed in Active Directory first.',
  '775': 'The account is locked in Active Directory.',
}

const BY_CODE: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'Nothing listens at this address. Check the host and the port (389, or 636 for ldaps).',
  ECONNRESET: 'The directory closed the connection. Perhaps it expects encryption, or does not offer it at this port.',
  ENOTFOUND: 'The name of the host is not known to the resolver of this server.',
  EAI_AGAIN: 'The resolver of this server did not answer.',
  ETIMEDOUT: 'The directory did not answer in time. Check the address, and firewalls on the way.',
  EHOSTUNREACH: 'There is no way from this server to the directory.',
  DEPTH_ZERO_SELF_SIGNED_CERT:
    'The certificate is signed by itself. Paste it, or that of its authority, under "Certificates".',
  SELF_SIGNED_CERT_IN_CHAIN:
    'The authority of the certificate is not known here. Paste its certificate under "Certificates".',
  UNABLE_TO_VERIFY_LEAF_SIGNATURE:
    'The authority of the certificate is not known here. Paste its certificate under "Certificates".',
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY:
    'The authority of the certificate is not known here. Paste its certificate under "Certificates".',
  CERT_HAS_EXPIRED: 'The certificate of the directory has expired.',
  ERR_TLS_CERT_ALTNAME_INVALID: 'The certificate is for another name than that of the address.',
  ERR_SSL_WRONG_VERSION_NUMBER: 'The port does not speak TLS. Use StartTLS with ldap://, or the port for ldaps.',
}

const BY_NAME: Readonly<Record<string, string>> = {
  InvalidCredentialsError: 'The directory does not accept the name or the password.',
  NoSuchObjectError: 'The place in the directory (base) does not exist.',
  InvalidDNSyntaxError: 'A name is not written as the directory expects (cn=…,dc=…).',
  ConfidentialityRequiredError: 'The directory demands encryption: choose ldaps or StartTLS.',
  StrongAuthRequiredError: 'The directory demands encryption: choose ldaps or StartTLS.',
  InsufficientAccessError: 'The account may not read there.',
  InappropriateAuthError:
    'The directory does not let anybody in without an account. Enter one that may look people up.',
  ProtocolError: 'The directory does not offer StartTLS at this port.',
  UndefinedTypeError: 'The directory does not know one of the attributes.',
  BusyError: 'The directory is busy.',
  UnavailableError: 'The directory is shutting down.',
}

/** Why a directory could not be asked, in words; what it said itself follows where it helps. */
export function explainProblem(error: unknown): string {
  const { name, code, message } = describe(error)
  const [, reason] = /\bdata ([0-9a-f]{3,4})\b/i.exec(message) ?? []
  const known =
    (reason === undefined ? undefined : AD_REASONS[reason.toLowerCase()]) ??
    BY_CODE[code] ??
    BY_NAME[name] ??
    (/time[d]? ?out/i.test(message) ? BY_CODE['ETIMEDOUT'] : undefined)
  const said = message
    .replaceAll(/[^\x20-\x7e\xa0-\uffff]+/g, ' ')
    .trim()
    .slice(0, 200)
  return known ?? `The directory could not be asked: ${said || name}.`
}

function describe(error: unknown): { readonly name: string; readonly code: string; readonly message: string } {
  if (!(error instanceof Error)) return { name: '', code: '', message: String(error) }
  const code = (error as Error & { code?: unknown }).code
  const cause = error.cause instanceof Error ? describe(error.cause) : null
  return {
    name: error.constructor.name,
    code: typeof code === 'string' ? code : (cause?.code ?? ''),
    message: error.message,
  }
}
