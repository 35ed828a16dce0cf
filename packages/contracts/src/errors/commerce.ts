/** Refusals of the commerce module. */
export const COMMERCE_ERRORS = {
  PlanNotFound: { status: 404, message: 'Plan not found' },
  ListingNotFound: { status: 404, message: 'Listing not found' },
  LedgerAccountNotFound: { status: 404, message: 'Ledger account not found' },
  InvalidAmount: { status: 400, message: 'Amounts are exact decimal strings such as "0.15".' },
  PlanUnusable: { status: 400, message: 'This plan cannot be used for this.' },
  PlanConflict: { status: 409, message: 'A plan with this key exists.' },
  ListingConflict: { status: 409, message: 'A listing for this exists.' },
  ListingState: { status: 409, message: 'The listing is not in a state that allows this.' },
  IdempotencyKeyRequired: { status: 400, message: 'Send an Idempotency-Key header: this request moves money.' },
  IdempotencyConflict: { status: 409, message: 'This Idempotency-Key was used with another request.' },
  TransferConflict: { status: 409, message: 'This happened before with another content.' },
  TransferRefused: { status: 409, message: 'The ledger does not allow this transfer.' },
} as const
