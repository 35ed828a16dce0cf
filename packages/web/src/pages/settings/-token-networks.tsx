import { listTokens, type ResponseOf, updateTokenNetworks } from '@stoa/contracts'
import { useQueryClient } from '@tanstack/react-query'
import { api } from '../../lib/api.js'
import { tokens as words } from '../../text/en/tokens.js'
import { SidePanel } from '../../ui/side-panel.js'
import { useToast } from '../../ui/toast.js'
import { TokenNetworksForm } from '../../ui/token-networks.js'

type Token = ResponseOf<typeof listTokens>[number]

/** Changes from where one of my tokens may be used. */
export function TokenNetworksPanel({ token, onClose }: { token: Token | null; onClose: () => void }) {
  const client = useQueryClient()
  const say = useToast()
  return (
    <SidePanel isOpen={token !== null} onClose={onClose} title={words.networksOf(token?.name ?? '')}>
      {token && (
        <TokenNetworksForm
          key={token.id}
          ipRanges={token.ipRanges}
          save={(ipRanges) => api.call(updateTokenNetworks, { params: { tokenId: token.id }, body: { ipRanges } })}
          onDone={async () => {
            await client.invalidateQueries({ queryKey: [listTokens.id] })
            onClose()
            say(words.networksSaved)
          }}
        />
      )}
    </SidePanel>
  )
}
