import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { alikeTo, probesFor, titleLikeness, titleTokens } from './title-likeness.ts'

function areTitlesAlike(one: string, other: string): boolean {
  return alikeTo(one)(other) !== undefined
}

describe('the tokens of a title', () => {
  it.each([
    ['Fire in the Old Town, 5 dead', ['fire', 'the', 'old', 'town', '5', 'dead']],
    ['Café “Zürich” – reopened!', ['cafe', 'zurich', 'reopened']],
    ['Straße, Ærø, Łódź', ['strasse', 'aero', 'lodz']],
    ['US and EU meet; us too', ['us', 'and', 'eu', 'meet', 'too']],
    ['US AND EU MEET', ['and', 'meet']],
    ['Vitamin D against A', ['vitamin', 'd', 'against']],
    ["It’s Trump's plan", ['its', 'trumps', 'plan']],
    ['1,000 of 1.000, 3.5 and 35', ['1000', '1000', '3.5', 'and', '35']],
    ['COVID19 in 2026', ['covid', '19', '2026']],
    ['東京で５人', ['東京', '京で', '5', '人']],
    ['हिन्दी समाचार', ['हिन्दी', 'समाचार']],
    ['Новости дня', ['новости', 'дня']],
    ['🔥 !!! …', []],
  ])('of %j', (title, tokens) => {
    expect(titleTokens(title)).toEqual(tokens)
  })
})

describe('the likeness of two titles', () => {
  it.each([
    ['Fire in the old town kills five', 'FIRE IN THE OLD TOWN KILLS FIVE!', 1],
    ['Fire in old town kills five', 'Old town: five kills fire', 1],
    ['One two three four', 'Five six seven eight', 0],
    ['alpha beta gamma', 'alpha beta delta', 0.5],
    ['alpha beta gamma delta', 'alpha beta gamma', 0.75],
    ['Fire in old town, 5 dead', 'Fire in old town, 50 dead', 0],
    ['5 dead, 10 hurt', '10 dead, 5 hurt', 0],
    ['!!!', '???', 0],
    ['!!!', '!!!', 1],
  ])('of %j and %j is %d', (one, other, likeness) => {
    expect(titleLikeness(one, other)).toBe(likeness)
  })

  it.each([
    ['Parliament votes for the new climate law', 'Parliament votes for new climate law', false],
    ['Parliament votes for new climate law', 'Parliament Votes for “New” Climate-Law', true],
    ['Live updates', 'Live updates', false],
    ['Morning news briefing', 'Morning news briefing', false],
    ['Morning news briefing, Friday', 'Morning news briefing: Friday', false],
    ['Open thread for the weekend, 28', 'Open thread for the weekend, 28', false],
    ['Photo of the day: sunset at sea', 'Photo of the day: sunset at sea', false],
    ['東京都知事選挙', '東京都知事選挙', true],
    ['東京', '東京', false],
    [
      'alpha beta gamma delta epsilon zeta eta theta iota',
      'alpha beta gamma delta epsilon zeta eta theta iota kappa',
      true,
    ],
    ['alpha beta gamma delta epsilon zeta eta theta', 'alpha beta gamma delta epsilon zeta eta theta kappa', false],
  ])('decides that %j and %j are alike: %s', (one, other, expected) => {
    expect(areTitlesAlike(one, other)).toBe(expected)
    expect(areTitlesAlike(other, one)).toBe(expected)
  })

  it('is the same both ways, from 0 to 1, and 1 for equal titles', () => {
    fc.assert(
      fc.property(title(), title(), (one, other) => {
        const likeness = titleLikeness(one, other)
        expect(titleLikeness(other, one)).toBe(likeness)
        expect(likeness).toBeGreaterThanOrEqual(0)
        expect(likeness).toBeLessThanOrEqual(1)
        expect(titleLikeness(one, one)).toBe(1)
      }),
    )
  })

  it('is never missed by whoever looks for so many tokens: fewer than these are lacking in any title that is alike', () => {
    let alike = 0
    const many = fc.uniqueArray(fc.constantFrom(...Array.from({ length: 44 }, (_, at) => `word${letters(at)}`)), {
      minLength: 4,
      maxLength: 44,
      size: 'max',
    })
    const changes = fc.array(fc.tuple(fc.nat(), fc.boolean()), { maxLength: 4 })
    fc.assert(
      fc.property(many, changes, (words, edits) => {
        const others = [...words]
        for (const [at, isRemoved] of edits) {
          if (isRemoved) others.splice(at % Math.max(1, others.length), 1)
          else others.push(`other${letters(at % 40)}`)
        }
        if (!areTitlesAlike(words.join(' '), others.join(' '))) return
        alike++
        const lacking = words.filter((word) => !others.includes(word))
        expect(lacking.length).toBeLessThan(probesFor(words.length))
      }),
      { numRuns: 1_000 },
    )
    expect(alike).toBeGreaterThan(100)
  })
})

function letters(at: number): string {
  return String.fromCharCode(97 + Math.floor(at / 26), 97 + (at % 26))
}

function title(): fc.Arbitrary<string> {
  const word = fc.constantFrom('fire', 'Fire', 'town', 'US', '5', '50', 'été', '東京', 'a')
  return fc.oneof(
    fc.string({ unit: 'binary' }),
    fc.array(word).map((words) => words.join(' ')),
  )
}
