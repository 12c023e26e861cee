import { Refused } from '../_shared/http/answers.ts'

// Every way in which a webhook says no. None of them creates an execution.

/** The token isn't known. */
export const unknownAddress = () =>
  new Refused({
    status: 404,
    code: 'webhook.unknown_address',
    title: 'There is no webhook at this address',
    detail: 'The last part of the address does not belong to any workflow.',
    hint: 'Copy the address again from the webhook step of your workflow.',
  })

/** No execution gave this address out, or it is gone. */
export const unknownCallback = () =>
  new Refused({
    status: 404,
    code: 'callback.unknown_address',
    title: 'Nothing waits at this address',
    detail: 'The address does not belong to any execution of a workflow.',
    hint: 'Use the address exactly as the workflow sent it.',
  })

/** It was called before, or the execution has ended. */
export const calledBefore = () =>
  new Refused({
    status: 410,
    code: 'callback.over',
    title: 'Nothing waits here any more',
    detail: 'This address was called before, or the execution that waited has ended.',
    hint: 'There is nothing more to do.',
  })

/** The token is known, but nothing is live. */
export const notPublished = () =>
  new Refused({
    status: 404,
    code: 'webhook.not_published',
    title: 'This workflow is not published',
    detail: 'The address is right, but its workflow is not live, so nothing was started.',
    hint: 'Open the workflow and press Publish (or Resume, if it is paused).',
  })

/** GET where only POST is wanted, or the like. */
export const wrongMethod = (method: string, allowed: readonly string[]) =>
  new Refused({
    status: 405,
    code: 'webhook.wrong_method',
    title: 'This webhook does not accept this kind of request',
    detail: `It was sent as ${method}; this webhook accepts ${allowed.join(', ')}.`,
    hint: 'Send it differently, or change "Accepts" in the webhook step.',
    headers: { allow: allowed.join(', ') },
  })

/** The trigger asks for a secret that nobody has set. */
export const noSecretSet = () =>
  new Refused({
    status: 401,
    code: 'webhook.no_secret_set',
    title: 'This webhook has no secret yet',
    detail: 'The workflow checks the sender, but no secret was set to check with.',
    hint: 'Open the webhook step and create a secret, then give it to the sender.',
  })

/** The shared token is missing or wrong. */
export const wrongSecret = (header: string) =>
  new Refused({
    status: 401,
    code: 'webhook.wrong_secret',
    title: 'The secret is missing or wrong',
    detail: `The header "${header}" does not hold the secret of this webhook.`,
    hint: 'Copy the secret into the sender again, or create a new one in the webhook step.',
  })

/** The signature is missing or doesn't belong to this body. */
export const badSignature = (header: string) =>
  new Refused({
    status: 401,
    code: 'webhook.bad_signature',
    title: 'The signature is missing or wrong',
    detail: `The header "${header}" does not hold the HMAC-SHA256 signature of this body.`,
    hint: 'Check that sender and webhook use the same secret, and that the body is signed exactly as it is sent.',
  })

/** The user name or the password is missing or wrong. */
export const wrongPassword = () =>
  new Refused({
    status: 401,
    code: 'webhook.wrong_password',
    title: 'The user name or the password is wrong',
    detail: 'The request does not hold the user name and the password of this webhook.',
    hint: 'Enter both again in the service that sends.',
    headers: { 'www-authenticate': 'Basic realm="webhook", charset="UTF-8"' },
  })

/** Signed by the right sender, but at another time: recorded and sent again, or a clock is wrong. */
export const oldSignature = () =>
  new Refused({
    status: 401,
    code: 'webhook.old_signature',
    title: 'The signature is too old',
    detail: 'The request was signed longer ago (or later) than this webhook accepts.',
    hint: 'Let the sender send it again, and check that its clock is right.',
  })

/** The sender's address isn't on the list. */
export const wrongAddress = (address: string | undefined) =>
  new Refused({
    status: 403,
    code: 'webhook.wrong_address',
    title: 'This webhook does not accept requests from there',
    detail:
      address === undefined
        ? 'It is not known where the request comes from.'
        : `Requests from ${address.slice(0, 60)} are not on the list of this webhook.`,
    hint: 'Add the address in the webhook step if it should be.',
  })

/** More than the webhook's or the workspace's limit. */
export const tooBusy = (againInSeconds: number) =>
  new Refused({
    status: 429,
    code: 'webhook.too_many',
    title: 'Too many requests',
    detail: 'More requests came than this webhook, or its workspace, takes in a minute.',
    hint: `Send it again in ${againInSeconds} seconds.`,
    headers: { 'retry-after': String(againInSeconds) },
  })

/** The body isn't what its content type says. */
export const unreadableBody = (kind: string) =>
  new Refused({
    status: 400,
    code: 'webhook.unreadable_body',
    title: 'The data could not be read',
    detail: `It says that it is ${kind}, but it is not valid ${kind}.`,
    hint: 'Check what the sender sends; its content type and its data have to match.',
  })

/** Nested deeper than anything real. */
export const tooDeep = (depth: number) =>
  new Refused({
    status: 400,
    code: 'webhook.too_deep',
    title: 'The data is nested too deeply',
    detail: `Lists and groups inside each other may be at most ${depth} deep.`,
    hint: 'Send flatter data.',
  })

/** Neither JSON, a form nor text. */
export const unknownKind = (type: string) =>
  new Refused({
    status: 415,
    code: 'webhook.unknown_kind',
    title: 'This kind of data is not accepted',
    detail: `Webhooks take JSON, forms and text; this is "${type.slice(0, 100)}".`,
    hint: 'Send the data as JSON.',
  })

/** Accepted as a request, refused by the database. */
export const notStorable = (detail: string) =>
  new Refused({
    status: 400,
    code: 'webhook.not_storable',
    title: 'This data cannot be kept',
    detail,
    hint: 'Send less, or simpler data.',
  })

/** As many as the workflow's settings allow have begun lately. */
export const tooMany = (againInSeconds: number) =>
  new Refused({
    status: 429,
    code: 'webhook.too_many',
    title: 'Too many requests',
    detail: 'This workflow has been started as often as its settings allow for now.',
    hint: `Send it again in ${againInSeconds} seconds.`,
    headers: { 'retry-after': String(againInSeconds) },
  })
