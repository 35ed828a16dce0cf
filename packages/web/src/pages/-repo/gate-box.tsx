import { askAccess, type GateForm, type ResponseOf, type getGate, withdrawAccessRequest } from '@stoa/contracts'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { Link, useLocation } from '@tanstack/react-router'
import { api } from '../../lib/api.js'
import { type GatePlace, gateQuery } from '../../lib/gate-queries.js'
import { repoParams } from '../../lib/repo-queries.js'
import { useSession } from '../../lib/session.js'
import { useForm } from '../../lib/use-form.js'
import { gates as gatesText } from '../../text/en/gates.js'
import { Button } from '../../ui/button.js'
import { ErrorSummary, formClass } from '../../ui/field.js'
import { Notice } from '../../ui/notice.js'
import { Card, Section } from '../../ui/page.js'
import { useToast } from '../../ui/toast.js'
import { GateFieldInput } from './gate-field.js'

const words = gatesText
type Gate = ResponseOf<typeof getGate>

/** The gate of a repository, for those who do not administer it: what it asks, or what was decided. */
export function GateBox(props: GatePlace) {
  const { data: gate } = useQuery(gateQuery(props.kind, `${props.ns}/${props.repo}`))
  if (!gate || gate.gated === false) return null
  if (gate.canPass) return gate.mine?.status === 'accepted' ? <LetIn {...props} /> : null
  return <ClosedGate {...props} gate={gate} />
}

function LetIn(props: GatePlace) {
  return (
    <Notice tone="good">
      {words.accepted} <Withdraw {...props} verb={words.giveUp} />
    </Notice>
  )
}

function ClosedGate({ gate, ...props }: GatePlace & { gate: Gate }) {
  const { form, mine } = gate
  const id = `${props.ns}/${props.repo}`
  return (
    <Section title={form.heading ?? words.heading}>
      <Card>
        <p style={{ whiteSpace: 'pre-line' }}>{form.prompt ?? form.description ?? words.lead(id)}</p>
        {mine?.status === 'pending' && (
          <Notice>
            {words.pending} <Withdraw {...props} verb={words.withdraw} />
          </Notice>
        )}
        {mine?.status === 'rejected' && (
          <Notice tone="bad">
            {words.rejected} {mine.rejectionReason && words.reason(mine.rejectionReason)}
          </Notice>
        )}
        {mine === null && <AskHere {...props} gate={gate} />}
      </Card>
    </Section>
  )
}

function AskHere({ gate, ...props }: GatePlace & { gate: Gate }) {
  const { user } = useSession()
  const { pathname } = useLocation()
  if (user) return <AskForm {...props} form={gate.form} isAuto={gate.gated === 'auto'} />
  return (
    <p>
      {words.signIn}{' '}
      <Link to="/login" search={{ next: pathname }}>
        {words.signInLink}
      </Link>
    </p>
  )
}

interface AskFormProps extends GatePlace {
  form: GateForm
  isAuto: boolean
}

function AskForm({ kind, ns, repo, form, isAuto }: AskFormProps) {
  const client = useQueryClient()
  const say = useToast()
  const ask = useForm<Record<string, string>, { status: string }>({
    initial: Object.fromEntries(form.fields.map((field) => [field.label, ''])),
    check: () => ({}),
    submit: async (answers) => {
      const params = { namespace: ns, name: repo }
      const headers = { accept: 'application/json' }
      const response = await api.send(askAccess[kind], { params, body: answers, headers })
      return (await response.json()) as { status: string }
    },
    onDone: async ({ status }) => {
      await client.invalidateQueries()
      say(status === 'accepted' ? words.letIn : words.asked)
    },
  })
  return (
    <form className={formClass} onSubmit={ask.onSubmit}>
      <ErrorSummary message={ask.message} />
      {form.fields.map((field) => (
        <GateFieldInput
          key={field.label}
          field={field}
          value={ask.values[field.label] ?? ''}
          onChange={(value) => ask.set({ [field.label]: value })}
        />
      ))}
      <p className="muted">{words.share}</p>
      <div>
        <Button type="submit" variant="primary" busy={ask.isBusy}>
          {form.button ?? (isAuto ? words.askAuto : words.ask)}
        </Button>
      </div>
    </form>
  )
}

function Withdraw({ kind, ns, repo, verb }: GatePlace & { verb: string }) {
  const client = useQueryClient()
  const say = useToast()
  const withdraw = useMutation({
    mutationFn: () => api.call(withdrawAccessRequest, { params: repoParams(kind, `${ns}/${repo}`) }),
    onSuccess: async () => {
      await client.invalidateQueries()
      say(words.withdrawn)
    },
  })
  return (
    <Button size="dense" busy={withdraw.isPending} onClick={() => withdraw.mutate()}>
      {verb}
    </Button>
  )
}
