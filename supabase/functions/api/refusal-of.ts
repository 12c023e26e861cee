import { Refused } from '../_shared/http/answers.ts'

/** The database's own functions speak in sentences for people: 42501 "you may not", 22023 "that's not possible". */
export function refusalOf(problem: unknown): Refused | undefined {
  if (typeof problem !== 'object' || problem === null || !('code' in problem)) return undefined
  const detail = 'message' in problem && typeof problem.message === 'string' ? problem.message : ''
  if (problem.code === '42501') {
    return new Refused({
      status: 403,
      code: 'api.not_allowed',
      title: 'This is not possible for you',
      detail,
      hint: 'Ask somebody with a higher role in the workspace.',
    })
  }
  if (problem.code === '22023') {
    return new Refused({
      status: 409,
      code: 'api.not_possible',
      title: 'This is not possible now',
      detail,
      hint: 'Look at the present state and try something else.',
    })
  }
  return undefined
}
