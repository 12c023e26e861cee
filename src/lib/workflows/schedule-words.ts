const days = ['Sunday', 'Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday']

const list = new Intl.ListFormat('en', { type: 'conjunction' })

/**
 * A schedule in words: "every Monday at 09:00". Covers what people usually set; the rest is shown as it was written,
 * because a wrong sentence is worse than none.
 */
export function scheduleWords(cron: string): string {
  const [minute = '', hour = '', date = '', month = '', weekday = '', ...more] = cron
    .trim()
    .split(/\s+/)
  const other = `on the schedule ${cron.trim()}`
  if (more.length > 0 || weekday === '' || month !== '*') return other
  const everyDay = date === '*' && weekday === '*'

  const everyMinutes = /^\*\/(\d+)$/.exec(minute)
  if (everyDay && hour === '*') {
    if (minute === '*') return 'every minute'
    if (everyMinutes) return `every ${everyMinutes[1]} minutes`
    if (isNumber(minute)) return minute === '0' ? 'every hour' : `every hour at minute ${minute}`
  }
  const everyHours = /^\*\/(\d+)$/.exec(hour)
  if (everyDay && everyHours && minute === '0') return `every ${everyHours[1]} hours`

  if (!isNumber(minute) || !/^\d+(,\d+)*$/.test(hour)) return other
  const times = list.format(hour.split(',').map((one) => `${two(one)}:${two(minute)}`))
  if (everyDay) return `every day at ${times}`
  if (date === '*') {
    const on = weekdayWords(weekday)
    return on === undefined ? other : `${on} at ${times}`
  }
  if (weekday === '*' && isNumber(date)) return `on day ${date} of every month at ${times}`
  return other
}

function weekdayWords(weekday: string): string | undefined {
  if (weekday === '1-5') return 'every working day'
  if (weekday === '0,6' || weekday === '6,0' || weekday === '6-7')
    return 'every Saturday and Sunday'
  const names = weekday.split(',').map((day) => days[Number(day) % 7])
  if (!/^[0-7](,[0-7])*$/.test(weekday) || names.includes(undefined)) return undefined
  return `every ${list.format(names.filter((name) => name !== undefined))}`
}

const isNumber = (text: string) => /^\d+$/.test(text)
const two = (text: string) => text.padStart(2, '0')
