/** What the database, or the way to it, answers when something can't be done. Errors of supabase-js fit. */
export interface DatabaseProblem {
  message: string
  code?: string | undefined
  details?: string | null | undefined
  hint?: string | null | undefined
}

const sentences: Readonly<Record<string, string>> = {
  // No row was written: it's gone, or the role doesn't allow it.
  PGRST116: 'This is not there any more, or your role does not allow this.',
  PGRST301: 'You were signed out meanwhile. Sign in again.',
  PGRST303: 'You were signed out meanwhile. Sign in again.',
  '23505': 'There is one with this name already. Choose another name.',
  '23503': 'Something else still uses this, or it is gone meanwhile. Load the page again.',
  '57014': 'This took too long and was stopped. Narrow the search and try again.',
}

const unreachable = 'We can’t reach the server just now. Check your connection and try again.'
const unknown = 'That did not work, and we don’t know why. Try again in a moment.'

/** A database's answer as a sentence for people. */
export function sentenceFor(problem: DatabaseProblem): string {
  const { code = '' } = problem
  // Some PostgREST-compatible servers put the error's class before what the database said.
  const message = problem.message.replace(/^\w*Error: /, '')
  if (/fetch|network|load failed/i.test(message) && code === '') return unreachable
  // Our own functions and checks speak in whole sentences; Postgres' own messages don't end in a full stop.
  if (/^[A-Z"“].*\.$/.test(message) && !code.startsWith('PGRST')) return message
  if (code === '42501') return 'Your role does not allow this.'
  if (code === '23514' || code.startsWith('22') || message.includes('check constraint')) {
    return 'One of the values does not fit. Check them.'
  }
  return sentences[code] ?? unknown
}
