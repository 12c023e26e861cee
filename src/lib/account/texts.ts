/** All words of signing up, signing in and passwords. */
export const texts = {
  signIn: {
    title: 'Sign in',
    lead: 'Welcome back.',
    action: 'Sign in',
    forgot: 'Forgot password?',
    other: 'New to Weft?',
    otherLink: 'Create an account',
    passwordChanged: 'Your password is changed. You are signed in.',
  },
  signUp: {
    title: 'Create your account',
    lead: 'Build automations together. It takes half a minute.',
    action: 'Create account',
    other: 'Have an account already?',
    otherLink: 'Sign in',
    checkMailTitle: 'Check your mail',
    checkMail: (email: string) =>
      `We sent a message to ${email}. Open the link in it to confirm your address and get started.`,
  },
  forgot: {
    title: 'Forgot your password?',
    lead: 'Tell us your e-mail address, and we send you a link to choose a new one.',
    action: 'Send the link',
    sentTitle: 'Check your mail',
    sent: (email: string) =>
      `If there is an account for ${email}, a message with a link is on its way. It can take a minute.`,
    back: 'Back to sign in',
  },
  newPassword: {
    title: 'Choose a new password',
    lead: (email: string) => `For ${email}.`,
    action: 'Save the new password',
    noSession: 'This link was used already or is too old. Ask for a new one.',
    askAgain: 'Ask for a new link',
  },
  fields: {
    name: 'Your name',
    nameHint: 'Your colleagues see it beside what you do.',
    email: 'E-mail address',
    password: 'Password',
    newPassword: 'New password',
    passwordHint: 'At least 8 characters. A few random words are good.',
    show: 'Show password',
    hide: 'Hide password',
  },
  problems: {
    nameMissing: 'Enter your name.',
    nameLong: 'Use at most 80 characters.',
    emailMissing: 'Enter your e-mail address.',
    emailWrong: 'This does not look like an e-mail address. An example: ada@example.com',
    passwordMissing: 'Enter your password.',
    passwordShort: 'Use at least 8 characters.',
    link: 'This link does not work any more: it was used already or is too old. Ask for a new one.',
    otherBrowser:
      'Open the link in the same browser in which you asked for it, or ask for a new one here.',
  },
} as const

/** Sentences for the auth server's codes; the codes are Supabase Auth's. */
export const authProblems: Readonly<Record<string, string>> = {
  invalid_credentials: 'E-mail address or password is not right. Check both and try again.',
  email_not_confirmed:
    'This address is not confirmed yet. Open the link in the message that we sent you.',
  user_already_exists: 'There is an account for this address already. Sign in instead.',
  email_exists: 'There is an account for this address already. Sign in instead.',
  weak_password: 'This password is too easy to guess. Use at least 8 characters, better more.',
  same_password: 'This is your present password. Choose another one.',
  email_address_invalid: texts.problems.emailWrong,
  validation_failed: 'Something in the form is not right. Check the e-mail address and password.',
  over_email_send_rate_limit:
    'We sent you a message a moment ago. Wait a minute before you ask for another one.',
  over_request_rate_limit: 'Too many attempts. Wait a few minutes and try again.',
  signup_disabled: 'New accounts are not open here. Ask your administrator to invite you.',
  user_banned: 'This account is locked. Ask your administrator.',
  otp_expired: texts.problems.link,
  flow_state_expired: texts.problems.link,
  flow_state_already_used: texts.problems.link,
  flow_state_not_found: texts.problems.otherBrowser,
  bad_code_verifier: texts.problems.otherBrowser,
  session_not_found: 'You were signed out meanwhile. Sign in again.',
  unreachable: 'We can’t reach the sign-in service just now. Try again in a moment.',
  unknown: 'That did not work, and we don’t know why. Try again in a moment.',
}
