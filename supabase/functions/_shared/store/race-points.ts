/**
 * Named moments at which a test can stop a process, to kill it exactly there. Outside of tests WEFT_RACE_POINTS isn't
 * set and nothing happens.
 *
 * WEFT_RACE_POINTS names a folder. A process that reaches a point whose file exists in it writes `<point>.reached`
 * (with its process id) beside it, and goes on only when the point's file is gone.
 */
export type RacePoint =
  | 'accept:before-commit'
  | 'accept:after-commit'
  | 'checkpoint:before-commit'
  | 'checkpoint:after-commit'
  | 'transact:before-checkpoint'
  | 'transact:before-commit'
  | 'transact:after-commit'
  | 'claim:after-commit'
  | 'schedule:after-accept'
  | 'approval-mail:before-look'
  | 'approval-mail:after-send'

const folder = Deno.env.get('WEFT_RACE_POINTS')

const exists = (path: string): boolean => {
  try {
    Deno.statSync(path)
    return true
  } catch (problem) {
    if (problem instanceof Deno.errors.NotFound) return false
    throw problem
  }
}

async function stopHere(point: RacePoint): Promise<void> {
  const path = `${folder}/${point.replace(':', '.')}`
  if (!exists(path)) return
  Deno.writeTextFileSync(`${path}.reached`, String(Deno.pid))
  while (exists(path)) await new Promise((done) => setTimeout(done, 20))
}

/** Stops here if a test says so. */
export function reach(point: RacePoint): Promise<void> | undefined {
  return folder === undefined ? undefined : stopHere(point)
}
