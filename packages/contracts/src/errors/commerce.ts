/** Refusals of the commerce module. The two 402 codes are spelled as client libraries expect them (market.md §5). */
export const COMMERCE_ERRORS = {
  insufficient_credit: {
    status: 402,
    message: 'The wallet does not hold enough for this call. Add credit or lower the output limit.',
  },
  budget_exceeded: { status: 402, message: 'A budget does not allow this call. Raise it or wait until it resets.' },
  MeteringUnavailable: {
    status: 503,
    message: 'Usage cannot be recorded right now, so paid calls wait. Try again shortly.',
  },
  BillToForbidden: { status: 403, message: 'You may not spend for this account.' },
  PlanNotFound: { status: 404, message: 'Plan not found' },
  ListingNotFound: { status: 404, message: 'Listing not found' },
  BudgetNotFound: { status: 404, message: 'Budget not found' },
  LedgerAccountNotFound: { status: 404, message: 'Ledger account not found' },
  InvalidAmount: { status: 400, message: 'Amounts are exact decimal strings such as "0.15".' },
  PlanUnusable: { status: 400, message: 'This plan cannot be used for this.' },
  PlanConflict: { status: 409, message: 'A plan with this key exists.' },
  ListingConflict: { status: 409, message: 'A listing for this exists.' },
  ListingState: { status: 409, message: 'The listing is not in a state that allows this.' },
  BudgetConflict: { status: 409, message: 'A budget for this subject and period exists.' },
  IdempotencyKeyRequired: { status: 400, message: 'Send an Idempotency-Key header: this request moves money.' },
  IdempotencyConflict: { status: 409, message: 'This Idempotency-Key was used with another request.' },
  TransferConflict: { status: 409, message: 'This happened before with another content.' },
  TransferRefused: { status: 409, message: 'The ledger does not allow this transfer.' },
} as const
