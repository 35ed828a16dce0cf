import { createOauthApp, OAUTH_SCOPES, type OauthScope, type ResponseOf } from '@stoa/contracts'
import { useQueryClient } from '@tanstack/react-query'
import { createFileRoute } from '@tanstack/react-router'
import { useState } from 'react'
import { api } from '../../../lib/api.js'
import { useForm } from '../../../lib/use-form.js'
import { t } from '../../../text/en.js'
import { apps as appsText } from '../../../text/en/apps.js'
import { Button, ButtonLink } from '../../../ui/button.js'
import { CheckField, ChoiceField, ErrorSummary, formClass, TextArea, TextField } from '../../../ui/field.js'
import { Notice } from '../../../ui/notice.js'
import { Facts, PageHeader, Stack } from '../../../ui/page.js'
import { Secret } from '../../../ui/secret.js'

export const Route = createFileRoute('/settings/applications/new')({ component: NewApp })

const words = appsText
type Made = ResponseOf<typeof createOauthApp>

function NewApp() {
  const [made, setMade] = useState<Made | null>(null)
  return made ? <Ready made={made} /> : <AppForm onMade={setMade} />
}

function Ready({ made: { app, secret } }: { made: Made }) {
  return (
    <div>
      <PageHeader title={words.ready(app.name)} />
      <Stack>
        <Facts facts={[[words.clientId, <code key="id">{app.clientId}</code>]]} />
        {secret !== null && (
          <>
            <Notice tone="warn">{t.parts.secretOnce}</Notice>
            <Secret value={secret} what={words.secret} />
          </>
        )}
        <div>
          <ButtonLink to="/settings/connected-applications" variant="primary">
            {words.done}
          </ButtonLink>
        </div>
      </Stack>
    </div>
  )
}

const linesOf = (text: string) =>
  text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '')

function AppForm({ onMade }: { onMade: (made: Made) => void }) {
  const client = useQueryClient()
  const form = useForm({
    initial: {
      name: '',
      homepage: '',
      redirects: '',
      kind: 'confidential' as keyof typeof words.kinds,
      scopes: ['openid', 'profile'] as OauthScope[],
    },
    check: ({ name, redirects, scopes }) => ({
      ...(name.trim() ? {} : { name: words.needName }),
      ...(linesOf(redirects).length > 0 ? {} : { redirects: words.needRedirect }),
      ...(scopes.length > 0 ? {} : { scopes: words.needScope }),
    }),
    submit: ({ name, homepage, redirects, kind, scopes }) =>
      api.call(createOauthApp, {
        body: { name: name.trim(), homepage, redirectUris: linesOf(redirects), scopes, isPublic: kind === 'public' },
      }),
    onDone: async (made) => {
      await client.invalidateQueries({ queryKey: ['accounts.oauth.apps.list'] })
      onMade(made)
    },
    fieldOf: { OauthInvalidRedirectUri: 'redirects' },
  })
  const { values, errors, set } = form
  const toggle = (scope: OauthScope) =>
    set({
      scopes: values.scopes.includes(scope) ? values.scopes.filter((one) => one !== scope) : [...values.scopes, scope],
    })
  return (
    <div>
      <PageHeader title={words.newApp} lead={words.newAppLead} />
      <form className={formClass} onSubmit={form.onSubmit} noValidate>
        <ErrorSummary message={form.message} />
        <TextField
          label={words.appName}
          help={words.appNameHelp}
          autoComplete="off"
          maxLength={80}
          value={values.name}
          error={errors.name}
          onChange={(event) => set({ name: event.target.value })}
        />
        <TextField
          label={words.homepage}
          optional
          type="url"
          placeholder="https://example.org"
          value={values.homepage}
          onChange={(event) => set({ homepage: event.target.value })}
        />
        <TextArea
          label={words.redirects}
          help={words.redirectsHelp}
          value={values.redirects}
          error={errors.redirects}
          onChange={(event) => set({ redirects: event.target.value })}
        />
        <ChoiceField
          legend={words.kind}
          name="kind"
          value={values.kind}
          onChange={(kind) => set({ kind })}
          choices={(['confidential', 'public'] as const).map((value) => ({
            value,
            label: words.kinds[value].name,
            help: words.kinds[value].help,
          }))}
        />
        <fieldset style={{ border: 0, margin: 0, padding: 0 }}>
          <legend>{words.mayAsk}</legend>
          {OAUTH_SCOPES.map((scope) => (
            <CheckField
              key={scope}
              label={
                <>
                  {words.scopes[scope]} <code className="muted">{scope}</code>
                </>
              }
              checked={values.scopes.includes(scope)}
              onChange={() => toggle(scope)}
            />
          ))}
        </fieldset>
        {errors.scopes && (
          <Notice tone="bad" live>
            {errors.scopes}
          </Notice>
        )}
        <div>
          <Button type="submit" variant="primary" busy={form.isBusy}>
            {words.create}
          </Button>
        </div>
      </form>
    </div>
  )
}
