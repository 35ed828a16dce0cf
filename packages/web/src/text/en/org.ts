/** Words of an organisation's settings. */
export const org = {
  settings: (name: string) => `Settings of ${name}`,
  sections: {
    profile: 'Profile',
    members: 'Members',
    roles: 'Roles',
    groups: 'Resource groups',
    services: 'Service accounts',
    signOn: 'Sign-on',
    provisioning: 'Provisioning',
    tokens: 'Tokens',
    invitations: 'Invitations',
    audit: 'Audit',
    danger: 'Danger zone',
  },
} as const
