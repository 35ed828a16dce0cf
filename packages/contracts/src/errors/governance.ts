/** Refusals of the audit log and of privacy requests. */
export const GOVERNANCE_ERRORS = {
  AuditStreamNotFound: { status: 404, message: 'No such stream.' },
  PrivacyRequestPending: { status: 409, message: 'A request of this kind is being worked on already.' },
  PrivacyRequestNotFound: { status: 404, message: 'There is no such request.' },
  ExportNotReady: { status: 409, message: 'The export is not ready yet. Wait a moment and look again.' },
  ErasureBlocked: { status: 409, message: 'This account cannot be deleted yet.' },
} as const
