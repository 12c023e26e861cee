import { Random } from './random.ts'

/** Everything that can go wrong. */
export const FAULTS = [
  /** The process dies before its request has arrived; after it was carried out. */
  'dies before',
  'dies after',
  /** The request is lost; it's carried out, and the answer is lost. */
  'request lost',
  'answer lost',
  /** The request takes so long that a lease may run out on its way. */
  'slow',
  /** The process stands still for longer than a lease lasts, and then goes on as if nothing had been. */
  'stands still',
  /** The process' clock, or the database's, jumps. */
  'clock jumps',
  /** A transaction met another one: its work is done again. */
  'collides',
  /** Wake-ups and deliveries that don't come, come twice, come late. */
  'wake-up lost',
  'wake-up doubled',
  'wake-up late',
  'delivery doubled',
  /** A process gives its executions back soon, as a hosted function does. */
  'short-lived',
] as const
export type Fault = (typeof FAULTS)[number]

/** Where faults strike, and which. */
const AT = {
  write: [
    'dies before',
    'dies after',
    'request lost',
    'answer lost',
    'slow',
    'stands still',
    'clock jumps',
  ],
  transaction: [
    'dies before',
    'dies after',
    'request lost',
    'answer lost',
    'slow',
    'stands still',
    'collides',
  ],
  read: ['dies before', 'dies after', 'request lost', 'answer lost', 'clock jumps'],
  renewal: ['request lost', 'answer lost', 'dies after', 'stands still'],
  outside: ['dies before', 'dies after', 'stands still', 'slow'],
  queue: ['wake-up lost', 'wake-up doubled', 'wake-up late'],
  delivery: ['delivery doubled'],
  start: ['short-lived'],
} as const satisfies Record<string, readonly [Fault, ...Fault[]]>
export type Site = keyof typeof AT

/**
 * Decides by the seed what goes wrong where. Each world has its own selection of faults (many worlds with few kinds find
 * more than one mixture for all), and a number after which nothing goes wrong any more.
 */
export class Faults {
  readonly #random: Random
  readonly #rate: number
  readonly #kinds: ReadonlySet<Fault>
  /** What has gone wrong so far. */
  readonly struck = new Set<Fault>()
  #left: number

  constructor(random: Random, most: number) {
    this.#random = random
    this.#left = most
    this.#rate = random.pick([0.05, 0.15, 0.4])
    this.#kinds = new Set(FAULTS.filter(() => random.chance(0.6)))
  }

  /** A world in which nothing goes wrong. */
  static none(): Faults {
    return new Faults(new Random(0), 0)
  }

  get areOver(): boolean {
    return this.#left <= 0
  }

  /** What goes wrong here, now; mostly nothing. */
  strike(site: Site): Fault | null {
    if (this.#left <= 0 || !this.#random.chance(this.#rate)) return null
    const fault = this.#random.pick<Fault>(AT[site])
    if (!this.#kinds.has(fault)) return null
    this.#left -= 1
    this.struck.add(fault)
    return fault
  }

  /** How bad it is. */
  int(low: number, high: number): number {
    return this.#random.int(low, high)
  }
}
