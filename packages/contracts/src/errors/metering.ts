/** Refusals of the metering module. The two 402 codes are spelled as client libraries expect them (market.md §5). */
export const METERING_ERRORS = {
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
  BudgetNotFound: { status: 404, message: 'Budget not found' },
  BudgetConflict: { status: 409, message: 'A budget for this subject and period exists.' },
} as const
