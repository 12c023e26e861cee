// Run as processes of their own by the lock's tests: each takes the lock of a folder again and again, from many hands.
import { mkdirSync, rmdirSync } from 'node:fs'
import { join } from 'node:path'
import { AlreadyRunning, takeLock } from '../../local/processes/lock.ts'

const [folder = '', seconds = '1'] = process.argv.slice(2)
const held = join(folder, 'held')
const end = Date.now() + Number(seconds) * 1000
let taken = 0
let together = 0
while (Date.now() < end) {
  try {
    const lock = takeLock(folder)
    taken++
    try {
      mkdirSync(held)
      rmdirSync(held)
    } catch {
      together++
    }
    lock.release()
  } catch (error) {
    if (!(error instanceof AlreadyRunning)) throw error
  }
}
console.log(JSON.stringify({ taken, together }))
