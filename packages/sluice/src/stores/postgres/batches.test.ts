import { describe, expect, it } from 'vitest'
import { ManualClock } from '../../testing/manual-clock.ts'
import { Batches } from './batches.ts'

function batches() {
  const clock = new ManualClock()
  const sent: string[][] = []
  const answers: PromiseWithResolvers<string[]>[] = []
  const made = new Batches<string, string>({
    clock,
    timeout: 5_000,
    late: () => new Error('too late'),
    keyOf: (ask) => ask.split(' ')[0]!,
    send: (asks) => {
      sent.push([...asks])
      const answer = Promise.withResolvers<string[]>()
      answers.push(answer)
      return answer.promise
    },
  })
  return { clock, sent, answers, ask: (text: string) => made.ask(text) }
}

const turn = () => new Promise((resolve) => setImmediate(resolve))

describe('questions in batches', () => {
  it('go together if they are asked within one turn, and none goes beside another of the same key', async () => {
    const { sent, answers, ask } = batches()
    const asked = [ask('a 1'), ask('b 1'), ask('a 2')]
    await turn()
    expect(sent).toEqual([['a 1', 'b 1'], ['a 2']])
    answers[0]!.resolve(['one', 'two'])
    answers[1]!.resolve(['three'])
    expect(await Promise.all(asked)).toEqual(['one', 'two', 'three'])
  })

  it('wait while four statements are under way, and go 50 at a time', async () => {
    const { sent, answers, ask } = batches()
    for (let first = 0; first < 4; first++) {
      void ask(`${first}`)
      await turn()
    }
    const asked = Array.from({ length: 60 }, (_, index) => ask(`later ${index}`.replace(' ', '-')))
    await turn()
    expect(sent).toHaveLength(4)
    answers[2]!.resolve(['done'])
    await turn()
    await turn()
    expect(sent.slice(4).map((asks) => asks.length)).toEqual([50])
    answers[4]!.reject(new Error('gone'))
    await expect(asked[0]).rejects.toThrow('gone')
    await Promise.allSettled(asked.slice(0, 50))
    await turn()
    expect(sent[5]).toHaveLength(10)
    answers[5]!.resolve(sent[5]!)
    expect(await asked[59]).toBe('later-59')
  })

  it('are taken back if they have not been sent in time', async () => {
    const { clock, sent, answers, ask } = batches()
    const stuck = Array.from({ length: 4 }, () => 'x').map(async (_, index) => {
      await expect(ask(`${index}`)).rejects.toThrow('too late')
    })
    await turn()
    for (let more = 4; more < 8; more++) {
      ask(`${more}`).catch(() => {})
      await turn()
    }
    const waiting = ask('waiting')
    waiting.catch(() => {})
    await clock.advance(5_000)
    await expect(waiting).rejects.toThrow('too late')
    await Promise.all(stuck)
    for (const answer of answers) answer.resolve([])
    await turn()
    await turn()
    expect(sent.flat()).not.toContain('waiting')
    expect(clock.pending).toBe(0)
  })
})
