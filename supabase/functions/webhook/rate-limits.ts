import { environment } from '../_shared/environment.ts'
import { tooBusy } from './refusals.ts'
import { TokenBucket } from './token-bucket.ts'

/** A busy installation has so many webhooks under a limit at a time; beyond that, counting begins anew. */
const MOST_BUCKETS = 20_000

/** The buckets of this process. They outlast what is remembered of a trigger, and change when its limit does. */
const buckets = new Map<string, { perMinute: number; bucket: TokenBucket }>()

/** The bucket for a webhook or a workspace; null without a limit. Each process holds its share. */
export function bucketFor(key: string, perMinute: number): TokenBucket | null {
  if (perMinute === 0) return null
  const known = buckets.get(key)
  if (known?.perMinute === perMinute) return known.bucket
  if (buckets.size >= MOST_BUCKETS) buckets.clear()
  const bucket = new TokenBucket(perMinute / environment().webhookProcesses, performance.now())
  buckets.set(key, { perMinute, bucket })
  return bucket
}

/** Throws Refused (429) while there's no room. What is refused for another reason afterwards doesn't count. */
export function requireRoom(bucket: TokenBucket): void {
  const wait = bucket.waitMs(performance.now())
  if (wait > 0) throw tooBusy(Math.max(1, Math.ceil(wait / 1000)))
}
