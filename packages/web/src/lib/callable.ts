import { queryOptions } from '@tanstack/react-query'

export interface CallableModel {
  id: string
  task: string | undefined
}

/** Models that can be called here, as `/v1/models` lists them to everybody who may call them. */
export const callableQuery = queryOptions({
  queryKey: ['openai.models'],
  queryFn: async ({ signal }): Promise<CallableModel[]> => {
    const response = await fetch('/v1/models', { signal })
    if (!response.ok) return []
    const body = (await response.json()) as { data?: { id: string; task?: string; pipeline_tag?: string }[] }
    return (body.data ?? []).map(({ id, task, pipeline_tag }) => ({ id, task: task ?? pipeline_tag }))
  },
})
