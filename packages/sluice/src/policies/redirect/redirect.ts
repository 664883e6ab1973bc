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
  /** Maximum number of redirects followed in one attempt. With 0, a redirect is returned as the response. */
  readonly maxRedirects: number
  readonly clock: Clock
  readonly events: Emitter
}

/** Follows redirects. Runs outside admission, so that each hop waits for the limits of its own partition. */
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

/** Follows redirects until a response is not a redirect. */
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

/** Target of a redirect without the secrets of the request: servers may repeat them. */
function shownTarget(target: string, { request, maskSent }: Attempt): string {
  const shown = maskerOf(request)(redactUrl(target))
  return maskSent === undefined ? shown : maskSent(shown)
}

/** Removes the validators of a stored response: they apply only to the original URL. */
function withoutValidators(hop: ApiRequest, { call }: Attempt): ApiRequest {
  if (call.sent === call.request) return hop
  const { 'if-none-match': _tag, 'if-modified-since': _date, ...headers } = hop.headers
  return { ...hop, headers }
}

function isRedirect(outcome: Outcome): outcome is Outcome & { kind: 'response' } {
  return outcome.kind === 'response' && outcome.response.status >= 300 && outcome.response.status < 400
}
