import { useQueryClient } from '@tanstack/react-query'
import { useRef, useState } from 'react'
import { type CallFacts, type ChatAsk, ChatError, type ChatMessage, streamChat } from '../../lib/chat-stream.js'

export interface Turn {
  id: number
  prompt: string
  answer: string
  facts: CallFacts
  state: 'running' | 'done' | 'stopped' | 'failed'
  error?: { status: number; message: string }
}

type Settings = Omit<ChatAsk, 'messages' | 'signal'> & { system: string }

/** One conversation with a model: each turn with its answer, its figures and how it ended. */
export function useChat() {
  const [turns, setTurns] = useState<readonly Turn[]>([])
  const controller = useRef<AbortController | null>(null)
  const nextId = useRef(1)
  const client = useQueryClient()
  const isRunning = turns.at(-1)?.state === 'running'

  const ask = async (prompt: string, { system, ...settings }: Settings) => {
    const id = nextId.current++
    const change = (edit: (turn: Turn) => Partial<Turn>) =>
      setTurns((list) => list.map((turn) => (turn.id === id ? { ...turn, ...edit(turn) } : turn)))
    const before = turns
      .filter((turn) => turn.state !== 'failed')
      .flatMap((turn): ChatMessage[] => [
        { role: 'user', content: turn.prompt },
        { role: 'assistant', content: turn.answer },
      ])
    const messages: ChatMessage[] = [
      ...(system ? [{ role: 'system' as const, content: system }] : []),
      ...before,
      { role: 'user', content: prompt },
    ]
    setTurns((list) => [...list, { id, prompt, answer: '', facts: {}, state: 'running' }])
    controller.current = new AbortController()
    // Text is drawn once a frame, however fast tokens come.
    let waiting = ''
    const flush = () => {
      const text = waiting
      waiting = ''
      if (text) change((turn) => ({ answer: turn.answer + text }))
    }
    const onText = (text: string) => {
      if (!waiting) requestAnimationFrame(flush)
      waiting += text
    }
    try {
      await streamChat({ ...settings, messages, signal: controller.current.signal }, onText, (facts) =>
        change((turn) => ({ facts: { ...turn.facts, ...facts } })),
      )
      flush()
      change(() => ({ state: 'done' }))
    } catch (error) {
      flush()
      if (controller.current.signal.aborted) change(() => ({ state: 'stopped' }))
      else
        change(() => ({
          state: 'failed',
          error: { status: error instanceof ChatError ? error.refusal.status : 0, message: (error as Error).message },
        }))
    }
    await client.invalidateQueries({ predicate: (query) => String(query.queryKey[0]).startsWith('market.') })
  }

  return { turns, isRunning, ask, stop: () => controller.current?.abort(), clear: () => setTurns([]) }
}
