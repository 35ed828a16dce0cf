import { type FactorsView, removeTotp, renewRecoveryCodes } from '@stoa/contracts'
import { useMutation } from '@tanstack/react-query'
import { type ReactNode, useState } from 'react'
import { api } from '../../lib/api.js'
import { passkeysWorkHere, useRefreshFactors } from '../../lib/factor-queries.js'
import { formatDay } from '../../lib/units.js'
import { security as words } from '../../text/en/security.js'
import { Badge } from '../../ui/badge.js'
import { Button } from '../../ui/button.js'
import { IconDeviceLaptop, IconKey, IconRefresh } from '../../ui/icons.js'
import { Notice } from '../../ui/notice.js'
import { Stack } from '../../ui/page.js'
import { ConfirmByName, SidePanel } from '../../ui/side-panel.js'
import { AddAppPanel } from './add-app.js'
import { AddPasskeyPanel } from './add-passkey.js'
import { PasskeyList } from './passkey-list.js'
import { RecoveryCodes } from './recovery-codes.js'
import css from './security.module.css'

type Open = 'app' | 'passkey' | 'remove-app' | 'renew' | null
const icon = { size: 20, stroke: 1.75, 'aria-hidden': true } as const

/** Passkeys, the authenticator app and recovery codes, each with what can be done about it. */
export function TwoFactor({ factors }: { factors: FactorsView }) {
  const [open, setOpen] = useState<Open>(null)
  const close = () => setOpen(null)
  const hasApp = factors.totpSince !== null
  const isOn = hasApp || factors.passkeys.length > 0
  return (
    <Stack>
      <Notice tone={isOn ? 'good' : 'warn'}>
        <strong>{isOn ? words.isOn : words.isOff}.</strong> {isOn ? words.twoFactorOn : words.twoFactorOff}
      </Notice>
      <div className={css.factors}>
        <Factor
          icon={<IconKey {...icon} />}
          title={words.passkeys}
          help={words.passkeysHelp}
          action={passkeysWorkHere(factors) && <Button onClick={() => setOpen('passkey')}>{words.addPasskey}</Button>}
        >
          <PasskeyPlace factors={factors} />
          {factors.passkeys.length > 0 && (
            <PasskeyList passkeys={factors.passkeys} isLastFactor={!hasApp && factors.passkeys.length === 1} />
          )}
        </Factor>
        <Factor
          icon={<IconDeviceLaptop {...icon} />}
          title={words.app}
          badge={factors.totpSince && words.appSince(formatDay(new Date(factors.totpSince)))}
          help={words.appHelp}
          action={
            <Button onClick={() => setOpen(hasApp ? 'remove-app' : 'app')}>
              {hasApp ? words.removeApp : words.addApp}
            </Button>
          }
        />
        {isOn && (
          <Factor
            icon={<IconRefresh {...icon} />}
            title={words.recovery}
            badge={words.recoveryLeft(factors.recoveryCodesLeft)}
            help={words.recoveryHelp}
            action={<Button onClick={() => setOpen('renew')}>{words.renew}</Button>}
          />
        )}
      </div>
      <AddAppPanel isOpen={open === 'app'} onClose={close} />
      <AddPasskeyPanel isOpen={open === 'passkey'} onClose={close} />
      <RemoveApp isOpen={open === 'remove-app'} onClose={close} isLastFactor={factors.passkeys.length === 0} />
      <Renew isOpen={open === 'renew'} onClose={close} />
    </Stack>
  )
}

interface FactorProps {
  icon: ReactNode
  title: string
  badge?: string | null
  help: string
  action: ReactNode
  children?: ReactNode
}

function Factor({ icon: picture, title, badge, help, action, children }: FactorProps) {
  return (
    <section className={css.factor}>
      {picture}
      <div>
        <h3>
          {title} {badge && <Badge>{badge}</Badge>}
        </h3>
        <p>{help}</p>
      </div>
      <div className={css.factorAction}>{action}</div>
      {children}
    </section>
  )
}

function PasskeyPlace({ factors }: { factors: FactorsView }) {
  if (passkeysWorkHere(factors)) return null
  const isHere = factors.passkeyOrigin === window.location.origin
  return (
    <p className={css.keys}>
      {isHere ? (
        words.passkeyUnsupported
      ) : (
        <>
          {words.passkeyElsewhere} <a href={`${factors.passkeyOrigin}/settings/security`}>{factors.passkeyOrigin}</a>
        </>
      )}
    </p>
  )
}

interface PanelProps {
  isOpen: boolean
  onClose: () => void
}

function RemoveApp({ isOpen, onClose, isLastFactor }: PanelProps & { isLastFactor: boolean }) {
  const refresh = useRefreshFactors()
  const remove = useMutation({
    mutationFn: () => api.call(removeTotp, {}),
    onSuccess: async () => {
      onClose()
      await refresh()
    },
  })
  return (
    <ConfirmByName
      isOpen={isOpen}
      onClose={onClose}
      onConfirm={() => remove.mutate()}
      title={words.removeApp}
      text={isLastFactor ? `${words.removeAppText} ${words.lastFactorText}` : words.removeAppText}
      verb={words.remove}
      busy={remove.isPending}
    />
  )
}

function Renew({ isOpen, onClose }: PanelProps) {
  const [codes, setCodes] = useState<readonly string[] | null>(null)
  const refresh = useRefreshFactors()
  const renew = useMutation({
    mutationFn: () => api.call(renewRecoveryCodes, {}),
    onSuccess: async ({ recoveryCodes }) => {
      setCodes(recoveryCodes)
      await refresh()
    },
  })
  const close = () => {
    setCodes(null)
    onClose()
  }
  if (!codes) {
    return (
      <ConfirmByName
        isOpen={isOpen}
        onClose={close}
        onConfirm={() => renew.mutate()}
        title={words.renew}
        text={words.renewText}
        verb={words.renew}
        busy={renew.isPending}
      />
    )
  }
  return (
    <SidePanel isOpen={isOpen} onClose={close} title={words.recovery}>
      <RecoveryCodes codes={codes} onClose={close} />
    </SidePanel>
  )
}
