import { useQuery } from '@tanstack/react-query'
import { type FormEvent, type KeyboardEvent, useState } from 'react'
import type { CallableModel } from '../../lib/callable.js'
import { offersQuery } from '../../lib/offers.js'
import { playground as playgroundText } from '../../text/en/playground.js'
import { Button } from '../../ui/button.js'
import { SelectField, TextArea } from '../../ui/field.js'
import { IconPlayerStop, IconSend } from '../../ui/icons.js'
import { Conversation } from './conversation.js'
import css from './playground.module.css'
import { defaults, type PlaygroundSearch } from './playground-search.js'
import { SidePanels } from './side-panels.js'
import { useChat } from './use-chat.js'

const words = playgroundText

interface Props {
  models: readonly CallableModel[]
  search: PlaygroundSearch
  onSearch: (change: PlaygroundSearch) => void
}

/** Conversation on the left; settings and the same call as code on the right. */
export function Workbench({ models, search, onSearch }: Props) {
  const model = models.find(({ id }) => id === search.model)?.id ?? models[0]?.id ?? ''
  const [prompt, setPrompt] = useState(search.prompt ?? '')
  const chat = useChat()
  const { data: offers } = useQuery(offersQuery)
  const send = (text: string) => {
    if (!text.trim() || chat.isRunning) return
    setPrompt('')
    onSearch({ model, prompt: text.trim().slice(0, 2000) })
    void chat.ask(text.trim(), {
      model,
      system: search.system ?? '',
      temperature: search.temperature ?? defaults.temperature,
      maxTokens: search.max ?? defaults.max,
    })
  }
  return (
    <div className={css.bench}>
      <section className={css.chat} aria-label={words.conversation}>
        <div className={css.chatHead}>
          <SelectField
            label={words.model}
            hideLabel
            value={model}
            options={models.map(({ id }) => ({ value: id, label: id }))}
            onChange={(event) => onSearch({ model: event.target.value })}
          />
          <Button variant="quiet" disabled={chat.turns.length === 0 || chat.isRunning} onClick={chat.clear}>
            {words.clear}
          </Button>
        </div>
        <Conversation turns={chat.turns} offer={offers?.get(model)} onSuggest={send} />
        <Composer value={prompt} onChange={setPrompt} isRunning={chat.isRunning} onSend={send} onStop={chat.stop} />
      </section>
      <SidePanels
        model={model}
        models={models}
        search={search}
        onSearch={onSearch}
        prompt={prompt.trim() || search.prompt || words.suggestions[0]}
      />
    </div>
  )
}

interface ComposerProps {
  value: string
  onChange: (text: string) => void
  isRunning: boolean
  onSend: (text: string) => void
  onStop: () => void
}

function Composer({ value, onChange, isRunning, onSend, onStop }: ComposerProps) {
  const submit = (event: FormEvent) => {
    event.preventDefault()
    onSend(value)
  }
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key !== 'Enter' || event.shiftKey || event.nativeEvent.isComposing) return
    event.preventDefault()
    onSend(value)
  }
  return (
    <form className={css.composer} onSubmit={submit}>
      <TextArea
        label={words.message}
        hideLabel
        placeholder={words.messagePlaceholder}
        rows={1}
        maxLength={20_000}
        value={value}
        onChange={(event) => onChange(event.target.value)}
        onKeyDown={onKeyDown}
      />
      {isRunning ? (
        <Button icon={<IconPlayerStop size={16} stroke={1.75} aria-hidden />} onClick={onStop}>
          {words.stop}
        </Button>
      ) : (
        <Button
          type="submit"
          variant="primary"
          disabled={!value.trim()}
          icon={<IconSend size={16} stroke={1.75} aria-hidden />}
        >
          {words.send}
        </Button>
      )}
    </form>
  )
}
