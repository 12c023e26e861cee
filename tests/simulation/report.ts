import { judge, TWIN, type Verdict } from './verdict.ts'

/** So many of the last things that happened are told. */
const TAIL = 60

/** Runs seeds one after the other; answers with those in which a promise was broken. */
export async function simulate(
  from: number,
  count: number,
  onVerdict: (verdict: Verdict) => void = () => undefined,
): Promise<Verdict[]> {
  const failed: Verdict[] = []
  for (let seed = from; seed < from + count; seed++) {
    const verdict = await judge(seed)
    if (verdict.problems.length > 0) failed.push(verdict)
    onVerdict(verdict)
  }
  return failed
}

/** What happened in a seed's world, line by line: first with its faults, then without. */
export async function logOf(seed: number): Promise<string[]> {
  const lines: string[] = []
  await judge(seed, { onLog: (line) => lines.push(line) })
  return lines
}

/** A broken promise, for people: the seed, what is wrong, the way there, and how to see it again. */
export async function told({ seed, problems }: Verdict): Promise<string> {
  const lines = (await logOf(seed)).filter((line) => !line.startsWith(TWIN))
  return [
    `seed ${seed} breaks a promise:`,
    ...problems.map((problem) => `  - ${problem}`),
    'what happened last:',
    ...lines.slice(-TAIL).map((line) => `  ${line}`),
    `again, whole: npm run simulate -- --seed ${seed}`,
  ].join('\n')
}
