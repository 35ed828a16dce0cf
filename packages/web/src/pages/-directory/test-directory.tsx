import { directories } from '@stoa/contracts'
import { useState } from 'react'
import { api } from '../../lib/api.js'
import { useAct } from '../../lib/use-act.js'
import { directory as words } from '../../text/en/directory.js'
import { Badge } from '../../ui/badge.js'
import { Button } from '../../ui/button.js'
import { formClass, TextField } from '../../ui/field.js'
import { Notice } from '../../ui/notice.js'
import { Card, Section } from '../../ui/page.js'
import { type DirectoryForm, toFields } from './directory-fields.js'

/** Tries what stands in the form, step by step, and says in words what is wrong. */
export function TestDirectory({ form, directoryId }: { form: DirectoryForm; directoryId: string | undefined }) {
  const [login, setLogin] = useState('')
  const [password, setPassword] = useState('')
  const test = useAct({
    run: () =>
      api.call(directories.test, {
        body: {
          ...toFields(form),
          ...(directoryId === undefined ? {} : { directoryId }),
          ...(login.trim() ? { login: login.trim() } : {}),
          ...(login.trim() && password ? { password } : {}),
        },
      }),
  })
  return (
    <Section title={words.test}>
      <div className={formClass}>
        <p className="muted">{words.testHelp}</p>
        <TextField
          label={words.testLogin}
          optional
          autoComplete="off"
          value={login}
          onChange={(event) => setLogin(event.target.value)}
        />
        <TextField
          label={words.testPassword}
          help={words.testPasswordHelp}
          optional
          type="password"
          autoComplete="off"
          value={password}
          onChange={(event) => setPassword(event.target.value)}
        />
        <p>
          <Button busy={test.isPending} onClick={() => test.mutate()}>
            {words.test}
          </Button>
        </p>
        {test.error && (
          <Notice tone="bad" live>
            {test.error.message}
          </Notice>
        )}
        <div aria-live="polite">
          {test.data?.steps.map((step) => (
            <Card key={step.name}>
              <div>
                <Badge tone={step.ok ? 'good' : 'bad'}>{step.ok ? words.ok : words.failed}</Badge>{' '}
                <strong>{step.name}</strong>
              </div>
              <div>{step.detail}</div>
            </Card>
          ))}
          {test.data?.ok && <Notice tone="good">{words.testGood}</Notice>}
        </div>
      </div>
    </Section>
  )
}
