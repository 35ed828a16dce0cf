import '@mantine/core/styles/UnstyledButton.css'
import '@mantine/core/styles/Popover.css'
import '@mantine/core/styles/Menu.css'
import './mantine.css'
import { Menu } from '@mantine/core'
import type { ReactElement, ReactNode } from 'react'

export interface MenuAction {
  label: string
  icon?: ReactNode
  tone?: 'danger'
  onSelect: () => void
}

/** A button with a few acts behind it; `children` is the button. */
export function ActionMenu({ actions, children }: { actions: readonly MenuAction[]; children: ReactElement }) {
  return (
    <Menu position="bottom-end" width={220} withinPortal>
      <Menu.Target>{children}</Menu.Target>
      <Menu.Dropdown>
        {actions.map(({ label, icon, tone, onSelect }) => (
          <Menu.Item key={label} leftSection={icon} data-tone={tone} onClick={onSelect}>
            {label}
          </Menu.Item>
        ))}
      </Menu.Dropdown>
    </Menu>
  )
}
