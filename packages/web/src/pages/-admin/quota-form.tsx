import { type PlatformAccount, setAccountQuota } from '@stoa/contracts'
import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { api } from '../../lib/api.js'
import { useAct } from '../../lib/use-act.js'
import { admin } from '../../text/en/admin.js'
import { Button } from '../../ui/button.js'
import { formClass, TextField } from '../../ui/field.js'
import { Notice } from '../../ui/notice.js'
import { Section } from '../../ui/page.js'
import { Skeleton } from '../../ui/skeleton.js'
import { quotaQuery } from './admin-queries.js'

const words = admin.accounts
const GB = 1_000_000_000

interface Limits {
  publicBytes: number | null
  privateBytes: number | null
  repositories: number | null
}

/** How much an account may store. */
export function QuotaForm({ account: { name } }: { account: PlatformAccount }) {
  const { data } = useQuery(quotaQuery(name))
  return (
    <Section title={words.quota}>
      <p className="muted">{words.quotaHelp}</p>
      {data ? <LimitFields name={name} limits={data} /> : <Skeleton lines={3} />}
    </Section>
  )
}

const show = (limit: number | null, unit: number) => (limit === null ? '' : String(limit < 0 ? -1 : limit / unit))

/** Undefined: no number. */
function read(text: string, unit: number): number | null | undefined {
  if (text.trim() === '') return null
  const value = Number(text)
  if (value === -1) return -1
  return Number.isFinite(value) && value >= 0 ? Math.round(value * unit) : undefined
}

function LimitFields({ name, limits }: { name: string; limits: Limits }) {
  const [texts, setTexts] = useState({
    publicBytes: show(limits.publicBytes, GB),
    privateBytes: show(limits.privateBytes, GB),
    repositories: show(limits.repositories, 1),
  })
  const [wasTried, setTried] = useState(false)
  const values = {
    publicBytes: read(texts.publicBytes, GB),
    privateBytes: read(texts.privateBytes, GB),
    repositories: read(texts.repositories, 1),
  }
  const save = useAct({
    run: (body: Limits) => api.call(setAccountQuota, { params: { account: name }, body }),
    refresh: [quotaQuery(name).queryKey],
    say: () => words.quotaSaved(name),
  })
  const field = (key: keyof Limits, label: string) => (
    <TextField
      label={label}
      inputMode="decimal"
      autoComplete="off"
      value={texts[key]}
      error={wasTried && values[key] === undefined ? words.badNumber : undefined}
      onChange={(event) => setTexts({ ...texts, [key]: event.target.value })}
    />
  )
  return (
    <form
      className={formClass}
      onSubmit={(event) => {
        event.preventDefault()
        setTried(true)
        const { publicBytes, privateBytes, repositories } = values
        if (publicBytes === undefined || privateBytes === undefined || repositories === undefined) return
        save.mutate({ publicBytes, privateBytes, repositories })
      }}
    >
      {field('publicBytes', words.publicGb)}
      {field('privateBytes', words.privateGb)}
      {field('repositories', words.repositories)}
      {save.error && <Notice tone="bad">{save.error.message}</Notice>}
      <p>
        <Button type="submit" busy={save.isPending}>
          {words.saveQuota}
        </Button>
      </p>
    </form>
  )
}
