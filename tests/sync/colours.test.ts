import { describe, expect, it } from 'vitest'
import { ALL_HUES, CHROMA, colourOf, LIGHTNESS } from '#lib/builder/session/colours.ts'

type Rgb = [number, number, number]

/** oklch as light, in linear red, green and blue, cut off where a screen ends. */
function light(lightness: number, chroma: number, hue: number): Rgb {
  const a = chroma * Math.cos((hue * Math.PI) / 180)
  const b = chroma * Math.sin((hue * Math.PI) / 180)
  const l = (lightness + 0.3963377774 * a + 0.2158037573 * b) ** 3
  const m = (lightness - 0.1055613458 * a - 0.0638541728 * b) ** 3
  const s = (lightness - 0.0894841775 * a - 1.291485548 * b) ** 3
  const within = (value: number): number => Math.min(1, Math.max(0, value))
  return [
    within(4.0767416621 * l - 3.3077115913 * m + 0.2309699292 * s),
    within(-1.2684380046 * l + 2.6097574011 * m - 0.3413193965 * s),
    within(-0.0041960863 * l - 0.7034186147 * m + 1.707614701 * s),
  ]
}

const luminance = ([red, green, blue]: Rgb): number => 0.2126 * red + 0.7152 * green + 0.0722 * blue
const contrast = (one: number, other: number): number =>
  (Math.max(one, other) + 0.05) / (Math.min(one, other) + 0.05)
const WHITE = 1
/** The dark drawing's ground, #16171c or darker. */
const DARK = 0.0088

describe('the colours of people', () => {
  it('let a name be read on each of them (4.5 to 1)', () => {
    for (const hue of ALL_HUES) {
      const ground = luminance(light(LIGHTNESS.ground, CHROMA, hue))
      expect(contrast(ground, WHITE), `hue ${hue}`).toBeGreaterThanOrEqual(4.5)
    }
  })

  it('let a frame be seen on the light and the dark drawing (3 to 1)', () => {
    for (const hue of ALL_HUES) {
      const frame = luminance(light(LIGHTNESS.frame, CHROMA, hue))
      expect(contrast(frame, WHITE), `hue ${hue}, light`).toBeGreaterThanOrEqual(3)
      expect(contrast(frame, DARK), `hue ${hue}, dark`).toBeGreaterThanOrEqual(3)
    }
  })

  it('stay a person’s own, and differ between people', () => {
    const people = Array.from({ length: 200 }, (_, index) => `person ${index}`)
    expect(people.map(colourOf)).toEqual(people.map(colourOf))
    expect(new Set(people.map(colourOf)).size).toBe(ALL_HUES.length)
  })
})
