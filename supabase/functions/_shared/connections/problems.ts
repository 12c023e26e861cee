import { ConfigProblem, StepFailure } from '../../../../src/lib/engine/errors.ts'

const FIELD = 'connection'

/** A step names a connection that its workspace doesn't have. */
export const gone = () =>
  new ConfigProblem({
    code: 'connection.not_found',
    title: 'This connection does not exist',
    detail: 'The connection that this step uses was not found in this workspace.',
    hint: 'Choose another connection in this step.',
    field: FIELD,
  })

/** Its secrets are gone. */
export const revoked = (name: string) =>
  new ConfigProblem({
    code: 'connection.revoked',
    title: 'This connection was revoked',
    detail: `"${name}" was revoked, so nothing can sign in with it any more.`,
    hint: 'Choose another connection in this step, or make a new one under Connections.',
    field: FIELD,
  })

/** A mail server for a web request, or the other way round. */
export const unfit = (name: string) =>
  new ConfigProblem({
    code: 'connection.wrong_kind',
    title: 'This connection is for something else',
    detail: `"${name}" cannot be used by this kind of step.`,
    hint: 'Choose another connection in this step.',
    field: FIELD,
  })

/** Nobody has signed in yet, or the service has forgotten it. */
export const signInAgain = (name: string) =>
  new ConfigProblem({
    code: 'connection.sign_in',
    title: 'Somebody has to sign in',
    detail: `The service does not know "${name}" yet, or does not accept it any more.`,
    hint: 'Go to Connections and choose "Sign in" there.',
    field: FIELD,
  })

/** The address is none of those that the connection is for. */
export const hostNotAllowed = (name: string, host: string, allowed: readonly string[]) =>
  new ConfigProblem({
    code: 'connection.host_not_allowed',
    title: 'This connection is not for this address',
    detail: `"${name}" may be sent to ${allowed.join(', ')}, but this request goes to ${host}.`,
    hint: 'Check the address, or choose another connection.',
    field: FIELD,
  })

/** The database is away at the moment. */
export const unavailable = (cause: unknown) =>
  new StepFailure({
    code: 'connection.unavailable',
    title: 'The connection could not be read',
    detail: 'The database cannot be reached right now, so nothing was sent.',
    hint: 'Try again in a moment.',
    retryable: true,
    cause,
  })

/** What is stored doesn't open with the keys at hand. */
export const unreadable = (name: string, cause: unknown) =>
  new StepFailure({
    code: 'connection.unreadable',
    title: 'The connection’s secret cannot be read',
    detail: `What is stored for "${name}" cannot be read with the keys of this installation.`,
    hint: 'Fill in the connection’s secret again, or ask your administrator for the earlier key.',
    retryable: false,
    cause,
  })

/** The service that gives tokens doesn't. */
export const noToken = (name: string, detail: string, retryable: boolean) =>
  new StepFailure({
    code: 'connection.no_token',
    title: 'The service gave no access',
    detail: `"${name}": ${detail}`,
    hint: 'Test the connection under Connections; its fields may have to be filled in again.',
    field: FIELD,
    retryable,
  })
