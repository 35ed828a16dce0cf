import { createToken, listTokens } from '@stoa/contracts'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useId, useState } from 'react'
import { api, baseUrl } from '../../lib/api.js'
import type { CallableModel } from '../../lib/callable.js'
import { snippetsFor } from '../../lib/snippets.js'
import { playground as playgroundText } from '../../text/en/playground.js'
import { Button } from '../../ui/button.js'
import { CodeSnippet } from '../../ui/code-snippet.js'
import { Field, TextArea } from '../../ui/field.js'
import { IconKey } from '../../ui/icons.js'
import { Notice } from '../../ui/notice.js'
import { Section, Stack } from '../../ui/page.js'
import { Secret } from '../../ui/secret.js'
import css from './playground.module.css'
import { defaults, type PlaygroundSearch } from './playground-search.js'

const words = playgroundText
const keyDays = 30

interface Props {
  model: string
  models: readonly CallableModel[]
  search: PlaygroundSearch
  onSearch: (change: PlaygroundSearch) => void
  prompt: string
}

export function SidePanels({ model, models, search, onSearch, prompt }: Props) {
  return (
    <aside className={css.side}>
      <Section title={words.code}>
        <CodeOfCall {...{ model, models, search, onSearch, prompt }} />
      </Section>
      <Section title={words.settings}>
        <Settings search={search} onSearch={onSearch} />
      </Section>
    </aside>
  )
}

function Settings({ search, onSearch }: { search: PlaygroundSearch; onSearch: (change: PlaygroundSearch) => void }) {
  return (
    <Stack>
      <TextArea
        label={words.system}
        optional
        rows={2}
        placeholder={words.systemPlaceholder}
        defaultValue={search.system ?? ''}
        onBlur={(event) => onSearch({ system: event.target.value })}
      />
      <Range
        label={words.temperature}
        low={0}
        high={2}
        step={0.1}
        value={search.temperature ?? defaults.temperature}
        onChange={(temperature) => onSearch({ temperature })}
      />
      <Range
        label={words.maxTokens}
        low={1}
        high={1024}
        step={1}
        value={search.max ?? defaults.max}
        onChange={(max) => onSearch({ max })}
      />
    </Stack>
  )
}

function Range({
  label,
  low,
  high,
  step,
  value,
  onChange,
}: {
  label: string
  low: number
  high: number
  step: number
  value: number
  onChange: (value: number) => void
}) {
  const output = useId()
  return (
    <Field label={label}>
      {(wiring) => (
        <div className={css.range}>
          <input
            {...wiring}
            type="range"
            min={low}
            max={high}
            step={step}
            value={value}
            onChange={(event) => onChange(Number(event.target.value))}
            aria-describedby={output}
          />
          <output id={output} className="num">
            {value}
          </output>
        </div>
      )}
    </Field>
  )
}

/** The call that was just made, as code for the client the person uses, with a key of theirs. */
function CodeOfCall({ model, models, search, onSearch, prompt }: Props) {
  const client = useQueryClient()
  const [made, setMade] = useState<{ name: string; secret: string } | null>(null)
  const make = useMutation({
    mutationFn: () =>
      api.call(createToken, {
        body: { name: `${words.keyName}-${Date.now().toString(36)}`, role: 'read', expiresInDays: keyDays },
      }),
    onSuccess: async ({ token, secret }) => {
      setMade({ name: token.name, secret })
      await client.invalidateQueries({ queryKey: [listTokens.id] })
    },
  })
  const task = models.find(({ id }) => id === model)?.task ?? 'text-generation'
  const snippets = snippetsFor({
    baseUrl: baseUrl(),
    id: model,
    kind: 'model',
    task,
    isServed: true,
    prompt,
    ...(made ? { key: made.secret } : {}),
  }).filter(({ id }) => ['openai', 'ts', 'curl'].includes(id))
  return (
    <Stack>
      <CodeSnippet
        snippets={snippets}
        label={words.code}
        {...(search.client ? { value: search.client } : {})}
        onChange={(next) => onSearch({ client: next })}
      />
      {made ? (
        <>
          <Notice tone="good" live>
            {words.keyMade(made.name)}
          </Notice>
          <Secret value={made.secret} what={made.name} />
        </>
      ) : (
        <div>
          <p className="muted" style={{ marginBlockEnd: 8 }}>
            {words.keyHelp}
          </p>
          <Button
            icon={<IconKey size={16} stroke={1.75} aria-hidden />}
            busy={make.isPending}
            onClick={() => make.mutate()}
          >
            {words.makeKey}
          </Button>
          {make.error && (
            <Notice tone="bad" live>
              {make.error.message}
            </Notice>
          )}
        </div>
      )}
    </Stack>
  )
}
