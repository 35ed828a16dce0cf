export interface InvitationSearch {
  show?: 'all'
  new?: boolean
}

/** State of the page in its address. */
export const parseInvitationSearch = (search: Record<string, unknown>): InvitationSearch => ({
  ...(search['show'] === 'all' ? { show: 'all' as const } : {}),
  ...(search['new'] ? { new: true } : {}),
})
