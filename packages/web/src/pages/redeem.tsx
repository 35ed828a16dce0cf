import { createFileRoute, redirect } from '@tanstack/react-router'

/** The address of printed one-time links; the secret behind `#` goes along. */
export const Route = createFileRoute('/redeem')({
  beforeLoad: ({ location }) => {
    throw redirect({ to: '/welcome', hash: location.hash, replace: true })
  },
})
