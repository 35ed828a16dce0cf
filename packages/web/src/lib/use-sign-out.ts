import { signOut as signOutRoute } from '@stoa/contracts'
import { useNavigate } from '@tanstack/react-router'
import { useCallback } from 'react'
import { t } from '../text/en.js'
import { useToast } from '../ui/toast.js'
import { api } from './api.js'
import { useEnterSession } from './session.js'

/** Ends the session and goes home. */
export function useSignOut(): () => void {
  const navigate = useNavigate()
  const enter = useEnterSession()
  const say = useToast()
  return useCallback(() => {
    void (async () => {
      await api.call(signOutRoute, {})
      await navigate({ to: '/' })
      await enter(null)
      say(t.shell.signedOut)
    })()
  }, [navigate, enter, say])
}
