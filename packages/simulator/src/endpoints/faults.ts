import { type Answer, integer, json, problem, type Question } from '../faults/answer.ts'
import { type Fault, type FaultSettings, faultOf, type NamedFault, parseFaultName } from '../faults/fault.ts'

const largestBomb = 2_000_000_000

/**
 * `/fault/:name`: always has that fault, with its detail (`/fault/rst=CANCEL`) if given. `?size=` of a gzip bomb,
 * `?every=` of a drip, `?to=` of a redirect.
 */
export function faultByName(settings: FaultSettings): (question: Question) => Answer {
  return ({ params, query }) => {
    let named: NamedFault
    try {
      named = parseFaultName('fault', params.name!)
    } catch (error) {
      return problem(404, 'not_found', (error as Error).message)
    }
    const fault = adjusted(faultOf(named.fault, settings, named.detail), query)
    return {
      ...json(200, { fault: named.fault, message: 'this answer goes wrong on purpose', filler: '.'.repeat(200) }),
      fault,
    }
  }
}

function adjusted(fault: Fault, query: URLSearchParams): Fault {
  switch (fault.kind) {
    case 'gzip-bomb':
      return { ...fault, size: integer(query.get('size'), 1, largestBomb) ?? fault.size }
    case 'drip':
      return { ...fault, every: integer(query.get('every'), 0, 60_000) ?? fault.every }
    case 'redirect-away': {
      const to = query.get('to')
      return to !== null && URL.canParse(to) ? { ...fault, to: new URL(to).href } : fault
    }
    default:
      return fault
  }
}
