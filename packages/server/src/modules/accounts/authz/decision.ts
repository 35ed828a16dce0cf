/** Why something is let through or refused; ids of paragraphs a refusal can name. In the order in which they are asked. */
export type Rule =
  | 'account.state'
  | 'policy.acceptance'
  | 'token.scope'
  | 'token.policy'
  | 'network.range'
  | 'security.mfa_required'
  | 'security.sign_on'
  | 'access.visibility'
  | 'access.role'
  | 'access.duty'
  | 'access.group'
  | 'access.gate'
  | 'access.break_glass'
  | 'entitlement.plan'

/** The answer to one question of permission. */
export interface Decision {
  readonly allow: boolean
  /** The rule that decided. */
  readonly rule: Rule
  /** One plain sentence; never tells more than the rule does. */
  readonly reason: string
}

const REFUSALS: Readonly<Record<Rule, string>> = {
  'account.state': 'This account may not act now.',
  'policy.acceptance': 'A policy is waiting to be accepted.',
  'token.scope': 'The access token does not cover this.',
  'token.policy': 'The organisation does not let this access token in.',
  'network.range': 'This network is not among those allowed.',
  'security.mfa_required': 'Two-factor sign-in is asked for here.',
  'security.sign_on': 'This organisation asks for its own sign-on.',
  'access.visibility': 'This is not shown to everybody.',
  'access.role': 'The role does not cover this.',
  'access.duty': 'This needs a duty that was not given.',
  'access.group': 'This belongs to a resource group of others.',
  'access.gate': 'Its owner decides who may read it.',
  'access.break_glass': 'Only reading is opened in an emergency.',
  'entitlement.plan': 'The plan does not include this.',
}

const RULES = Object.keys(REFUSALS) as Rule[]
const NO = new Map(RULES.map((rule): [Rule, Decision] => [rule, { allow: false, rule, reason: REFUSALS[rule] }]))
const YES = new Map(RULES.map((rule): [Rule, Decision] => [rule, { allow: true, rule, reason: 'Allowed.' }]))

/** Decisions are shared values: deciding makes no garbage. */
export const refused = (rule: Rule): Decision => NO.get(rule) as Decision
export const allowed = (rule: Rule): Decision => YES.get(rule) as Decision
