import { moveRepo } from '@stoa/contracts'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import { api } from '../../../lib/api.js'
import { at } from '../../../lib/repo-queries.js'
import { useToast } from '../../../ui/toast.js'
import type { RepoProps } from '../repo-frame.js'

/** Gives a repository another name or owner and goes where it is then. */
export function useMove({ kind, ns, repo }: RepoProps, said: (to: string) => string) {
  const client = useQueryClient()
  const navigate = useNavigate()
  const say = useToast()
  return useMutation({
    mutationFn: (to: string) => api.call(moveRepo, { body: { fromRepo: `${ns}/${repo}`, toRepo: to, type: kind } }),
    onSuccess: async (_answer, to) => {
      const [owner = '', name = ''] = to.split('/')
      await navigate({ to: at(kind, '/$ns/$repo/settings'), params: { ns: owner, repo: name } })
      await client.invalidateQueries()
      say(said(to))
    },
  })
}
