import { useQueryClient } from '@tanstack/react-query'
import { useEffect, useState } from 'react'

/** False while the last question to the server went unanswered; asks again by itself. */
export function useOnline(): boolean {
  const client = useQueryClient()
  const [isOnline, setOnline] = useState(true)
  useEffect(
    () =>
      client.getQueryCache().subscribe((event) => {
        if (event.type !== 'updated') return
        if (event.action.type === 'success') setOnline(true)
        if (event.action.type === 'error' && event.action.error instanceof TypeError) setOnline(false)
      }),
    [client],
  )
  useEffect(() => {
    if (isOnline) return
    const timer = setInterval(() => {
      fetch('/healthz')
        .then(() => {
          setOnline(true)
          return client.invalidateQueries()
        })
        .catch(() => {})
    }, 3000)
    return () => clearInterval(timer)
  }, [isOnline, client])
  return isOnline
}
