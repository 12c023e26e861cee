import { StepFailure, Uncertain } from '../../../../../src/lib/engine/errors.ts'

/** This installation has no mail server. */
export function notConfigured(): StepFailure {
  return new StepFailure({
    code: 'mail.not_configured',
    title: 'No mail server is set up',
    detail: 'This installation does not know a mail server yet.',
    hint: 'Ask your administrator to set WEFT_SMTP_URL and WEFT_MAIL_FROM.',
    retryable: false,
  })
}

/** Some got it and some didn't: sent again, those who have it would get it twice. */
export function partlyRefused(refused: string[]): StepFailure {
  return new StepFailure({
    code: 'mail.partly_refused',
    title: 'Not everybody got this e-mail',
    detail: `The mail server took it for the others, but refused: ${refused.join(', ')}.`,
    hint: 'Check these addresses. Running this step again sends the e-mail to everybody again.',
    retryable: false,
  })
}

/** Why sending failed, for people. `handedOver`: the whole message had been given to the server, which may have taken it. */
export function explained(problem: unknown, handedOver: boolean): StepFailure | Uncertain {
  const { code, responseCode, message } = about(problem)
  if (code === 'EAUTH' || code === 'ENOAUTH') {
    return new StepFailure({
      code: 'mail.sign_in_failed',
      title: 'The mail server did not let Weft in',
      detail: 'It did not accept the user name and password that Weft has for it.',
      hint: 'Ask your administrator to check WEFT_SMTP_URL.',
      retryable: responseCode !== undefined && responseCode < 500,
      cause: problem,
    })
  }
  if (code === 'ETLS') {
    return new StepFailure({
      code: 'mail.not_secure',
      title: 'There is no safe connection to the mail server',
      detail: 'It does not encrypt as it should, or it could not prove its name. Nothing was sent.',
      hint: 'Check the server, its port and its encryption. If they are right, its certificate is not.',
      retryable: false,
      cause: problem,
    })
  }
  // 4xx means "not now", 5xx means "never".
  if (responseCode !== undefined) {
    const later = responseCode < 500
    return new StepFailure({
      code: later ? 'mail.not_now' : 'mail.refused',
      title: later
        ? 'The mail server cannot take this e-mail now'
        : 'The mail server refused this e-mail',
      detail: `It answered: ${message.slice(0, 300)}`,
      hint: later ? 'Try again later.' : 'Check the addresses, and what the answer says.',
      retryable: later,
      cause: problem,
    })
  }
  const what = {
    code: 'mail.no_connection',
    title: 'The mail server could not be reached',
    detail: 'There was no connection to it, or it broke off.',
    hint: 'Try again later. If it stays like this, ask your administrator to check the mail server.',
    cause: problem,
  }
  if (!handedOver) return new StepFailure({ ...what, retryable: true })
  return new Uncertain({
    ...what,
    code: 'mail.unclear',
    title: 'It is unclear whether this e-mail was sent',
    detail:
      'The connection broke off after the mail server had got it and before it confirmed that.',
    hint: 'Ask the recipient, or look into the log of the mail server, before sending it again.',
  })
}

/** What nodemailer adds to its errors. */
function about(problem: unknown): {
  code: string
  responseCode: number | undefined
  message: string
} {
  if (!(problem instanceof Error)) {
    return { code: '', responseCode: undefined, message: String(problem) }
  }
  const { code, responseCode, response } = problem as Error & Record<string, unknown>
  return {
    code: typeof code === 'string' ? code : '',
    responseCode: typeof responseCode === 'number' ? responseCode : undefined,
    message: typeof response === 'string' ? response : problem.message,
  }
}
