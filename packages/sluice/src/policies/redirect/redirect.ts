import type { Emitter } from '../../events/emitter.ts'
import { redactUrl } from '../../http/redact.ts'
import { type ApiRequest, isRepeatable } from '../../http/request.ts'
import { maskerOf } from '../../http/request-masker.ts'
import type { Clock } from '../../time/clock.ts'
import type { Attempt } from '../attempt.ts'
import { RedirectError } from '../errors.ts'
import type { Outcome } from '../outcome.ts'
import type { Next, Policy } from '../policy.ts'
import { nextHop, type RedirectRules } from './next-hop.ts'

export interface RedirectSettings extends RedirectRules {
  /** How many are followed, one after another, in one attempt. With 0 a redirect is an answer like any other. */
  readonly maxRedirects: number
  readonly clock: Clock
  readonly events: Emitter
}

/** Follows redirects. It stands outside admission, so that each hop waits for the limits of its own partition. */
export function redirect(settings: RedirectSettings): Policy {
  return {
    name: 'redirect',
    run: (attempt, next) => {
      attempt.call.redirectedTo = undefined
      return settings.maxRedirects === 0 || !attempt.call.followsRedirects
        ? next(attempt)
        : next(attempt).then((outcome) => (isRedirect(outcome) ? follow(attempt, next, outcome, settings) : outcome))
    },
  }
}

/** Goes from hop to hop until an answer leads no further. */
async function follow(attempt: Attempt, next: Next, first: Outcome, settings: RedirectSettings): Promise<Outcome> {
  const { maxRedirects, clock, events } = settings
  const show = (target: string): string => shownTarget(target, attempt)
  let outcome = first
  for (let hops = 0; isRedirect(outcome); hops++) {
    const hop = nextHop(attempt.request, outcome.response, settings, show)
    if (hop === undefined) return outcome
    if (hop instanceof RedirectError) return { kind: 'failure', error: hop }
    const { status } = outcome.response
    if (hops === maxRedirects) {
      const message = `more than ${maxRedirects} redirects, the next one to ${show(hop.url)}`
      return { kind: 'failure', error: new RedirectError('SLUICE_TOO_MANY_REDIRECTS', message, status) }
    }
    if (events.isHeard) {
      const to = show(hop.url)
      events.emit({ type: 'redirect.followed', at: clock.now(), request: attempt.request, status, to })
    }
    if (hop.method !== attempt.request.method && !isRepeatable(attempt.request)) attempt.hasActed = true
    attempt.request = withoutValidators(hop, attempt)
    attempt.call.redirectedTo = hop.url
    outcome = await next(attempt)
  }
  return outcome
}

/** Where a redirect leads, without what the request has carried: servers like to repeat it. */
function shownTarget(target: string, { request, maskSent }: Attempt): string {
  const shown = maskerOf(request)(redactUrl(target))
  return maskSent === undefined ? shown : maskSent(shown)
}

/** Those of a kept answer are of what was asked for, and would be taken for those of something else. */
function withoutValidators(hop: ApiRequest, { call }: Attempt): ApiRequest {
  if (call.sent === call.request) return hop
  const { 'if-none-match': _tag, 'if-modified-since': _date, ...headers } = hop.headers
  return { ...hop, headers }
}

function isRedirect(outcome: Outcome): outcome is Outcome & { kind: 'response' } {
  return outcome.kind === 'response' && outcome.response.status >= 300 && outcome.response.status < 400
}
