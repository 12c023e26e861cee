/** All words about where somebody is signed in. */
export const texts = {
  title: 'Your account',
  within: 'Account',
  lead: (email: string) => `Signed in as ${email}.`,
  back: 'Your workspaces',
  sessions: 'Where you are signed in',
  sessionsLead:
    'If you don’t know one of these, end it and change your password. Ending one closes its pages within seconds.',
  device: 'Device',
  place: 'Address',
  started: 'Signed in',
  used: 'Last renewed',
  here: 'this one',
  unknown: 'Unknown device',
  end: 'Sign out',
  endOf: (device: string) => `Sign out ${device}`,
  endOthers: 'Sign out everywhere else',
  endAll: 'Sign out everywhere',
  changePassword: 'Change your password',
  ended: 'Signed out there.',
  endedOthers: 'You are signed out everywhere else.',
  onlyHere: 'You are signed in only here.',
  gone: 'You are not signed in there any more.',
  failed: 'That did not work. Try again in a moment.',
} as const

/** Says that the password was tried too often, and how long to wait. */
export function tooManyAttempts(seconds: number): string {
  const minutes = Math.ceil(seconds / 60)
  const wait =
    seconds < 60 ? `${seconds} seconds` : minutes === 1 ? 'a minute' : `${minutes} minutes`
  return `Too many attempts to sign in. Wait ${wait} and try again, or choose a new password by "Forgot password?".`
}
