import { decideDevice, inspectDevice, type ResponseOf } from '@stoa/contracts'
import { useMutation } from '@tanstack/react-query'
import { createFileRoute } from '@tanstack/react-router'
import { useState } from 'react'
import { api } from '../../lib/api.js'
import { requireUser } from '../../lib/require-user.js'
import { useSession } from '../../lib/session.js'
import { useForm } from '../../lib/use-form.js'
import { apps as appsText } from '../../text/en/apps.js'
import { Button } from '../../ui/button.js'
import { EmptyState } from '../../ui/empty-state.js'
import { ErrorSummary, formClass, TextField } from '../../ui/field.js'
import { Notice } from '../../ui/notice.js'
import { Facts, Page, PageHeader, Stack } from '../../ui/page.js'
import { AllowOrDeny, AppRemark, OrgChoice, ScopeList, useOrgChoice } from './-asking.js'
import css from './oauth.module.css'

export const Route = createFileRoute('/oauth/device')({
  validateSearch: (search): { user_code?: string } =>
    search['user_code'] === undefined ? {} : { user_code: String(search['user_code']) },
  beforeLoad: requireUser,
  component: Device,
})

const words = appsText
type Waiting = ResponseOf<typeof inspectDevice>
type Step = { name: 'type' } | { name: 'confirm'; waiting: Waiting } | { name: 'done'; allowed: boolean }

/** Confirms the code of a program without a browser. A code in the address is only filled in: the person goes on. */
function Device() {
  const [step, setStep] = useState<Step>({ name: 'type' })
  return (
    <Page narrow>
      {step.name === 'type' && <TypeCode onFound={(waiting) => setStep({ name: 'confirm', waiting })} />}
      {step.name === 'confirm' && (
        <Confirm waiting={step.waiting} onDone={(allowed) => setStep({ name: 'done', allowed })} />
      )}
      {step.name === 'done' && (
        <EmptyState title={step.allowed ? words.deviceDone : words.deviceRefused}>
          {step.allowed ? words.deviceDoneHelp : words.deviceRefusedHelp}
        </EmptyState>
      )}
    </Page>
  )
}

function TypeCode({ onFound }: { onFound: (waiting: Waiting) => void }) {
  const { user_code: given = '' } = Route.useSearch()
  const form = useForm({
    initial: { userCode: given },
    check: ({ userCode }) => (userCode.trim() ? {} : { userCode: words.codeHelp }),
    submit: (body) => api.call(inspectDevice, { body }),
    onDone: onFound,
    fieldOf: { DeviceCodeUnknown: 'userCode' },
  })
  return (
    <>
      <PageHeader title={words.deviceTitle} lead={words.deviceLead} />
      <form className={formClass} onSubmit={form.onSubmit} noValidate>
        <ErrorSummary message={form.message} />
        <TextField
          label={words.code}
          help={words.codeHelp}
          autoFocus
          autoComplete="off"
          autoCapitalize="characters"
          spellCheck={false}
          className={css.code}
          value={form.values.userCode}
          error={form.errors.userCode}
          onChange={(event) => form.set({ userCode: event.target.value.slice(0, 40) })}
        />
        <div>
          <Button type="submit" variant="primary" size="large" busy={form.isBusy}>
            {words.next}
          </Button>
        </div>
      </form>
    </>
  )
}

function Confirm({ waiting, onDone }: { waiting: Waiting; onDone: (allowed: boolean) => void }) {
  const { user } = useSession()
  const { chosen, toggle } = useOrgChoice(waiting.orgs.map((org) => ({ ...org, isGranted: true })))
  const decide = useMutation({
    mutationFn: (allow: boolean) =>
      api.call(decideDevice, {
        body: { userCode: waiting.userCode, allow, ...(waiting.orgs.length > 0 ? { orgs: [...chosen] } : {}) },
      }),
    onSuccess: (_, allowed) => onDone(allowed),
  })
  return (
    <>
      <PageHeader title={words.deviceConfirmTitle(waiting.app.name)} />
      <Stack>
        <Notice tone="warn">{words.deviceWarning}</Notice>
        <ErrorSummary message={decide.error?.message} />
        <Facts
          facts={[
            [
              words.codeShown,
              <code key="code" className={css.code}>
                {waiting.userCode}
              </code>,
            ],
            [words.askedFrom, <code key="from">{waiting.addressPrefix}</code>],
            [words.program, waiting.userAgent],
            [words.signedInAs, user?.name],
          ]}
        />
        <AppRemark app={waiting.app} />
        <ScopeList scopes={waiting.scopes} />
        <OrgChoice orgs={waiting.orgs} chosen={chosen} onToggle={toggle} />
        <AllowOrDeny isBusy={decide.isPending} onDecide={decide.mutate} />
      </Stack>
    </>
  )
}
