/** Words of single sign-on: the sign-in page, its settings, and what a test tells. */
export const signOn = {
  title: 'Single sign-on',
  orgLead: 'Let members come in through your own identity provider, by OpenID Connect or SAML.',
  platformLead: 'Identity providers that everybody may come through, offered on the sign-in page.',
  continueWith: (name: string) => `Continue with ${name}`,
  or: 'or',
  byEmail: 'Continue with your organisation',
  emailLabel: 'Work e-mail address',
  emailHelp: 'Only what stands after the @ is looked at.',
  find: 'Continue',
  needEmail: 'Enter your e-mail address.',
  noneFound: 'No organisation here has shown this domain to be its own. Sign in with your password, or ask your admin.',
  orgTitle: (name: string) => `Sign in to ${name}`,
  orgPageLead: 'What is private in this organisation is reached through its own sign-on.',
  noneOffered: 'This organisation has no sign-on of its own.',
  finishing: 'Signing in…',
  failedTitle: 'You could not be signed in',
  again: 'Start again',
  toSignIn: 'Back to the sign-in page',
  tellAdmin:
    'If it happens again, tell your admin what stands here. They can press Test in the settings of the connection.',
  linkedTitle: 'Connected',

  connections: 'Connections',
  noConnections: 'No identity provider is connected yet',
  noConnectionsHelp:
    'Have the administration of your provider open beside this page: each side needs values of the other.',
  addOidc: 'Connect by OpenID Connect',
  addSaml: 'Connect by SAML',
  protocol: { oidc: 'OpenID Connect', saml: 'SAML 2.0' },
  on: 'On',
  off: 'Off',
  people: (count: number) => (count === 1 ? '1 person' : `${count} people`),
  test: 'Test',
  edit: 'Edit',
  remove: 'Remove',
  removeTitle: (name: string) => `Remove ${name}?`,
  removeHelp:
    'Nobody comes in through it any more. Accounts stay; sessions and tokens that came through it lose what sign-on opened.',
  removed: (name: string) => `${name} is removed`,
  saved: 'Saved',
  save: 'Save',
  cancel: 'Cancel',
  copyTitle: 'Give these to the provider',
  copy: {
    redirectUri: 'Redirect address (callback)',
    entityId: 'Entity id (audience)',
    acsUrl: 'Assertion consumer service (reply address)',
    metadataUrl: 'Our metadata',
  },
  afterSave: 'What the provider must be told of us is shown once the connection is saved.',
  name: 'Name on the button',
  needName: 'Say what stands on the button.',
  issuer: 'Issuer',
  issuerHelp: 'As the provider names itself; its discovery document lies below it.',
  clientId: 'Client id',
  clientSecret: 'Client secret',
  secretKept: 'One is kept, sealed. Leave this empty to keep it.',
  scopes: 'Scopes beside openid',
  needIssuer: 'Enter the issuer and the client id.',
  metadata: 'Metadata of the provider',
  metadataHelp:
    'Paste the XML. Paste it again when the provider changes its keys: two certificates may hold at the same time.',
  needMetadata: 'Paste the metadata of the provider.',
  certificate: 'Certificate',
  validTo: (day: string) => `holds until ${day}`,
  enabled: 'People may come in through it',
  createsAccounts: 'Make accounts for people who were never here',
  secondFactor: 'Second factor',
  secondFactors: {
    ours: { label: 'Ask for ours', help: 'Whoever has a passkey or an authenticator app here is asked for it.' },
    theirs: { label: 'Leave it to the provider', help: 'A sign-in there counts as one with two factors.' },
    by_amr: {
      label: 'Believe what the provider says',
      help: 'Ours is asked for unless the answer says that several factors were shown (amr).',
    },
  },
  mappingTitle: 'Roles by groups',
  mappingHelp:
    'One rule a line: group = role. The strongest role counts, at each sign-in. Roles: admin, write, contributor, read, no_access.',
  groupRules: 'Resource groups by groups',
  groupRulesHelp: 'One rule a line: group = resource group : role.',
  defaultRole: 'Role of everybody else',
  nobodyElse: 'Nobody else comes in',
  groupsAttribute: 'Attribute with the groups',
  groupsAttributeHelp: 'Empty: groups, memberOf or roles, whichever is there.',
  badRule: (line: string) => `"${line}" is no rule. Write: group = role.`,

  domains: 'E-mail domains',
  domainsHelp:
    'People with an address of a domain that is yours are led to your connection, and their accounts are linked by it.',
  domain: 'Domain',
  addDomain: 'Add',
  needDomain: 'Enter a domain such as example.org.',
  verified: 'Verified',
  waiting: 'Waiting for DNS',
  check: 'Check',
  record: 'Add this TXT record to the DNS of the domain, then check.',
  recordName: 'Name',
  recordValue: 'Value',
  domainVerified: (domain: string) => `${domain} is yours`,
  removeDomain: 'Remove',

  policy: 'Demand',
  enforced: 'Members must come through a connection',
  enforcedHelp: 'What is private is then reached only with a session from a connection, or with tokens made in one.',
  sessionHours: 'Hours a sign-in is fresh',
  tokenDays: 'Days tokens hold after the last sign-in',
  tokenDaysHelp: 'Empty: as long as they last.',
  exempt: 'Admins who may come in with a password',
  exemptHelp: 'Names with commas. One with a password is needed for when the provider is away.',
  needNumber: 'Enter a number.',

  reportTitle: (name: string) => `Test of ${name}`,
  reportGood: 'Everything fits. Nothing was made or changed by this test.',
  reportBad: 'This sign-in would have been refused. Nothing was made or changed by this test.',
  back: 'Back to the settings',
  stepsTitle: 'What was checked',
  receivedTitle: 'What came',
  mappedTitle: 'What would have followed',
  nothingReceived: 'No attributes came.',
  seen: 'came',
  expected: 'expected',
  outcome: { ok: 'Fits', failed: 'Does not fit', note: 'Note' },
  facts: {
    account: 'Account',
    subject: 'Name at the provider',
    email: 'E-mail address',
    fullname: 'Full name',
    groups: 'Groups',
    role: 'Role in the organisation',
    resourceGroups: 'Resource groups',
    secondFactor: 'Our second factor',
  },
  accounts: {
    known: (name: string) => `${name}, known from before`,
    linked: (name: string) => `${name}, by the verified address`,
    created: (name: string) => `A new account, ${name}`,
    link_needed: () => 'None: somebody has this address and must connect the identity in their settings',
    refused: () => 'None: not let in',
  },
  asked: 'asked for, where there is one',
  notAsked: 'not asked for',
  believed: 'believed',
  notBelieved:
    'not believed: the domain is not verified for this connection, or the provider does not vouch for the address',
  none: 'none',
} as const

/** Identities elsewhere, on the page of one's own security. */
export const identities = {
  title: 'Sign-on through others',
  lead: 'Identities at other providers that lead to your account.',
  connect: (name: string) => `Connect ${name}`,
  remove: 'Disconnect',
  removed: 'Disconnected',
  why: 'Whoever has the identity there can then sign in to your account. Enter your password to show that it is you.',
  password: 'Password',
  needPassword: 'Enter your password.',
  goOn: 'Go on to the provider',
} as const

interface CheckWords {
  readonly what: string
  /** How to mend it when it fails. */
  readonly mend: string
}

/** Every check by its name. */
export const checks: Readonly<Record<string, CheckWords>> = {
  state: {
    what: 'The answer belongs to the sign-in that this browser began',
    mend: 'Start again in the same browser.',
  },
  replay: {
    what: 'The answer was not used before',
    mend: 'Start again. If it happens always, the provider sends the same answer twice.',
  },
  'oidc.discovery': {
    what: 'The provider describes itself',
    mend: 'Check the issuer: its address followed by /.well-known/openid-configuration must answer with JSON.',
  },
  'oidc.issuer': {
    what: 'The provider names itself as configured',
    mend: 'Copy the issuer exactly as the provider writes it, with or without a slash at the end. A multi-tenant address cannot be used: take the one of your tenant.',
  },
  'oidc.reach': {
    what: 'The provider can be reached',
    mend: 'Its address must be reached over https, and its host be opened by the operator of this server: STOA_OPEN_HOSTS for one on the open network, STOA_INNER_HOSTS for one inside.',
  },
  'oidc.authorization_endpoint': {
    what: 'The sign-in page of the provider has a safe address',
    mend: 'The provider must offer its sign-in page over https.',
  },
  'oidc.provider_error': {
    what: 'The provider agreed',
    mend: 'The provider refused. Its words stand here; often the person is not assigned to the application there.',
  },
  'oidc.answer': { what: 'The answer is well formed', mend: 'A parameter came twice. Start again.' },
  'oidc.token': {
    what: 'The provider gave tokens for the code',
    mend: 'Most often the client secret is wrong or has expired: make a new one there and save it here. Also compare the client id and the redirect address.',
  },
  'oidc.id_token': {
    what: 'An identity token came',
    mend: 'The application there must be of the kind OpenID Connect, with the scope openid.',
  },
  'oidc.key': {
    what: 'The key of the signature is published',
    mend: 'The provider signs with a key that it does not show. Check that the application uses its ordinary signing keys.',
  },
  'oidc.signature': {
    what: 'The identity token is signed by the provider',
    mend: 'Set the signature of identity tokens to RS256 or another one with a public key; HS256 and none are refused.',
  },
  'oidc.claim.iss': {
    what: 'The token is from the configured issuer',
    mend: 'Copy the issuer exactly as the provider writes it.',
  },
  'oidc.claim.aud': {
    what: 'The token is meant for us',
    mend: 'The client id here and the audience there must be the same.',
  },
  'oidc.claim.azp': {
    what: 'The token was made for our client',
    mend: 'Another application asked for this token. Check the client id.',
  },
  'oidc.claim.exp': {
    what: 'The token holds now',
    mend: 'Compare the clocks of this server and the provider; five minutes are allowed.',
  },
  'oidc.claim.nonce': {
    what: 'The token answers this very sign-in',
    mend: 'Start again. If it happens always, something between here and the provider replays answers.',
  },
  'oidc.claim.sub': { what: 'The token names the person', mend: 'The provider must send the claim sub.' },
  'oidc.userinfo': {
    what: 'The provider told more about the person',
    mend: 'The userinfo endpoint refused. Add the scopes profile and email to the application there.',
  },
  'saml.encoding': {
    what: 'A SAML response came',
    mend: 'The provider must post to the assertion consumer service shown here, with the HTTP-POST binding.',
  },
  'saml.xml': {
    what: 'The response is plain XML',
    mend: 'It is broken or holds a DTD, a comment or an instruction. Nothing between the provider and us may change it.',
  },
  'saml.response': { what: 'It is a SAML 2.0 response', mend: 'Set the application there to SAML 2.0.' },
  'saml.status': {
    what: 'The provider agreed',
    mend: 'The provider refused. Its words stand here; often the person is not assigned to the application there.',
  },
  'saml.encrypted': {
    what: 'The assertion is not encrypted',
    mend: 'Switch assertion encryption off there; the answer travels over https.',
  },
  'saml.assertion': { what: 'There is one assertion', mend: 'The provider sent none. Check the application there.' },
  'saml.wrapping': {
    what: 'Every signature covers what it stands in',
    mend: 'The response is put together in a way that attacks use. If this is your own provider, report it to its maker.',
  },
  'saml.signed': {
    what: 'The assertion itself is signed',
    mend: 'Switch "sign assertions" on there. A signature of the response alone is not enough.',
  },
  'saml.algorithm': {
    what: 'The signature is a strong one',
    mend: 'Set the signature algorithm to RSA or ECDSA with SHA-256.',
  },
  'saml.signature': {
    what: 'The signature is of the provider',
    mend: 'The provider signs with another key. Paste its metadata again; both keys may hold while it changes them.',
  },
  'saml.destination': {
    what: 'The response was sent to us',
    mend: 'The assertion consumer service (reply address) there must be exactly the one shown here.',
  },
  'saml.in_response_to': {
    what: 'It answers this very sign-in',
    mend: 'Begin on our page. Sign-ins that begin at the provider (IdP-initiated) are not taken.',
  },
  'saml.issuer': {
    what: 'It is from the configured provider',
    mend: 'Compare the entity id of the provider; pasting its metadata sets it.',
  },
  'saml.name_id': {
    what: 'The person has a lasting name',
    mend: 'Set the NameID to a persistent id or the e-mail address. A transient one is another person each time.',
  },
  'saml.confirmation': {
    what: 'The bearer of the assertion may use it',
    mend: 'The subject confirmation must be of the method bearer.',
  },
  'saml.recipient': {
    what: 'The assertion is meant for our address',
    mend: 'The recipient there must be exactly the assertion consumer service shown here.',
  },
  'saml.conditions': {
    what: 'The assertion says for whom and how long it holds',
    mend: 'The provider must send conditions with an audience.',
  },
  'saml.audience': {
    what: 'The assertion is meant for us',
    mend: 'The audience (entity id) there must be exactly the entity id shown here.',
  },
  'saml.time': {
    what: 'The assertion holds now',
    mend: 'Compare the clocks of this server and the provider; five minutes are allowed.',
  },
  'saml.authn_statement': {
    what: 'It says that the person signed in',
    mend: 'The assertion must hold an authentication statement.',
  },
  'map.email': {
    what: 'No e-mail address came',
    mend: 'Send the claim or attribute email, or name the one that holds it.',
  },
  'map.domain': {
    what: 'The address is of a verified domain',
    mend: 'Verify the domain below, and let the provider say that the address is verified (email_verified). Until then nobody is linked by it.',
  },
  'map.groups': {
    what: 'No groups came',
    mend: 'Let the provider send groups, or name the attribute that holds them.',
  },
  'map.resource_group': {
    what: 'A rule names a resource group that is not there',
    mend: 'Make the resource group, or change the rule.',
  },
  'map.account.known': { what: 'The person is known', mend: '' },
  'map.account.linked': { what: 'The person has an account with this address', mend: '' },
  'map.account.created': { what: 'An account would be made', mend: '' },
  'map.account.link_needed': {
    what: 'Somebody has an account with this address',
    mend: 'They sign in to it and connect the identity under Settings, Security.',
  },
  'map.account.refused': {
    what: 'The person would not be let in',
    mend: 'Allow accounts to be made, or give their groups a role.',
  },
}

/** Words for a check; a new one of a newer server still says its name. */
export const wordsOf = (check: string): CheckWords => checks[check] ?? { what: check, mend: '' }
