/** Passwords that are known elsewhere; asked when none here is right. */
export interface PasswordSource {
  /** The user a login and password belong to; null when there is none. Takes alike for known and unknown names. */
  check(login: string, password: string): Promise<string | null>
}

export const NO_PASSWORDS: PasswordSource = { check: async () => null }
