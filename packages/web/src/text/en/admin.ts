/** Words of the pages of those who run the platform. */
export const admin = {
  title: 'Administration',
  sections: {
    overview: 'Overview',
    users: 'Users',
    orgs: 'Organisations',
    invitations: 'Invitations',
    letters: 'Letters',
    settings: 'Settings',
    signOn: 'Sign-on',
    directory: 'Directory',
    jobs: 'Background work',
    storage: 'Storage',
    breakGlass: 'Emergency access',
    retention: 'Retention',
    audit: 'Audit',
  },
} as const
