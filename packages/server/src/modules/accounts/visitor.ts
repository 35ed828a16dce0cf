/** Where a sign-in comes from. */
export interface Visitor {
  readonly address: string
  readonly userAgent: string
}
