import { propagation, ROOT_CONTEXT, SpanKind, SpanStatusCode, type Tracer, trace } from '@opentelemetry/api'
import { methodAttributes, spanNameOf } from './http-attributes.ts'
import type { ReceivedRequest, ServerSpan } from './telemetry.ts'

/** Starts the span of a received request, as a child of the span that its headers name. */
export function serverSpan(tracer: Tracer, propagate: boolean, request: ReceivedRequest): ServerSpan {
  const { method, path, headers, client } = request
  const parent = propagation.extract(ROOT_CONTEXT, headers)
  const attributes = {
    ...methodAttributes(method),
    // Without the query, which may contain secrets.
    'url.path': path.split('?', 1)[0]!,
    'url.scheme': 'http',
    'client.address': client,
    ...(headers['user-agent'] !== undefined && { 'user_agent.original': headers['user-agent'] }),
  }
  const span = tracer.startSpan(spanNameOf(method), { kind: SpanKind.SERVER, attributes }, parent)
  return {
    scope: trace.setSpan(parent, span),
    continued: propagate ? propagation.fields() : [],
    end(status) {
      const error = status === undefined ? 'cancelled' : status >= 500 ? String(status) : undefined
      if (status !== undefined) span.setAttribute('http.response.status_code', status)
      if (error !== undefined) span.setAttribute('error.type', error).setStatus({ code: SpanStatusCode.ERROR })
      span.end()
    },
  }
}
