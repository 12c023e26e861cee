import { isAuthRetryableFetchError, type AuthError } from '@supabase/supabase-js'
import { authProblems, texts } from './texts.ts'

/** What a person typed into an auth form, and what's wrong with it, by field. */
export interface FormProblems {
  name?: string
  email?: string
  password?: string
  /** About the whole form. */
  form?: string
}

/** An auth server's answer as a sentence for people. */
export function sentenceFor(error: AuthError): string {
  if (isAuthRetryableFetchError(error)) return authProblems.unreachable ?? ''
  return authProblems[error.code ?? 'unknown'] ?? authProblems.unknown ?? ''
}

/** The problem at the field it belongs to, where there is one. */
export function problemsFor(error: AuthError): FormProblems {
  const sentence = sentenceFor(error)
  switch (error.code) {
    case 'user_already_exists':
    case 'email_exists':
    case 'email_address_invalid':
      return { email: sentence }
    case 'weak_password':
    case 'same_password':
      return { password: sentence }
    default:
      return { form: sentence }
  }
}

/** What's wrong with a typed e-mail address; empty when nothing is. */
export function emailProblem(email: string): string | undefined {
  if (email === '') return texts.problems.emailMissing
  return /^[^@\s]+@[^@\s]+\.[^@\s]+$/.test(email) ? undefined : texts.problems.emailWrong
}

/** What's wrong with a password somebody wants to set. */
export function newPasswordProblem(password: string): string | undefined {
  if (password === '') return texts.problems.passwordMissing
  return password.length < 8 ? texts.problems.passwordShort : undefined
}

/** What's wrong with a name somebody wants to be called by. */
export function nameProblem(name: string): string | undefined {
  if (name === '') return texts.problems.nameMissing
  return name.length > 80 ? texts.problems.nameLong : undefined
}

/** Leaves out what's fine; nothing left means the form is fine. */
export function found(problems: {
  [Field in keyof FormProblems]: string | undefined
}): FormProblems | undefined {
  const entries = Object.entries(problems).filter(([, problem]) => problem !== undefined)
  return entries.length > 0 ? Object.fromEntries(entries) : undefined
}

/** A form's text field: what was typed, without spaces round it. */
export function typed(form: FormData, name: string): string {
  const value = form.get(name)
  return typeof value === 'string' ? value.trim() : ''
}
