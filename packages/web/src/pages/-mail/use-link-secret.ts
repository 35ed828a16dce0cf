import { useLocation } from '@tanstack/react-router'
import { useEffect } from 'react'

/**
 * The secret of a link: it stands behind `#`, where no server log and no referrer sees it. It is kept in this tab while the
 * person signs in, for the address they come back to must not hold it.
 */
export function useLinkSecret(key: string): string {
  const hash = useLocation({ select: (location) => location.hash })
  const secret = hash || (sessionStorage.getItem(key) ?? '')
  useEffect(() => {
    if (hash) sessionStorage.setItem(key, hash)
  }, [hash, key])
  return secret
}

/** The link did its work. */
export const forgetLinkSecret = (key: string): void => sessionStorage.removeItem(key)
