/** Refusals of the gates module. */
export const GATE_ERRORS = {
  NotGated: { status: 400, message: 'This repository has no gate.' },
  AccessRejected: { status: 403, message: 'Your request to read this repository was turned down.' },
  AccessRequestNotFound: { status: 404, message: 'There is no such request for access.' },
} as const
