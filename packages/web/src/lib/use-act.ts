import { type QueryKey, useMutation, useQueryClient } from '@tanstack/react-query'
import { withConfirm } from './confirm.js'
import { useToast } from '../ui/toast.js'

interface ActOptions<V, R> {
  run: (value: V) => Promise<R>
  /** What is asked anew afterwards. */
  refresh?: readonly QueryKey[]
  /** What the person is told. */
  say?: (value: V, result: R) => string
  after?: (result: R, value: V) => void
}

/** One act of a person: done once, told once, lists asked anew; `error` is the server's refusal. */
export function useAct<V = void, R = unknown>({ run, refresh = [], say, after }: ActOptions<V, R>) {
  const client = useQueryClient()
  const tell = useToast()
  return useMutation({
    mutationFn: (value: V) => withConfirm(() => run(value)),
    onSuccess: async (result, value) => {
      await Promise.all(refresh.map((queryKey) => client.invalidateQueries({ queryKey })))
      if (say) tell(say(value, result))
      after?.(result, value)
    },
  })
}
