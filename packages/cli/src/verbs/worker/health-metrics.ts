import { PrometheusExporter, PrometheusSerializer } from '@opentelemetry/exporter-prometheus'
import { MeterProvider } from '@opentelemetry/sdk-metrics'
import { version } from '../../io.ts'

/** Counts in the text format of Prometheus. */
export interface HealthMetrics {
  /** Content type of the text. */
  readonly type: string
  /** The newest counts. */
  text(): Promise<string>
  close(): Promise<void>
}

/** A meter, and its counts in the text format. They are made when they are requested, and cost nothing in between. */
export function prometheus(): {
  readonly meter: ReturnType<MeterProvider['getMeter']>
  readonly metrics: HealthMetrics
} {
  // No server of its own, and no lines about the machinery of metrics.
  const exporter = new PrometheusExporter({ preventServerStart: true })
  const serializer = new PrometheusSerializer(undefined, false, undefined, true, true)
  const provider = new MeterProvider({ readers: [exporter] })
  const meter = provider.getMeter('sluice')
  meter
    .createObservableGauge('sluice_build_info', { description: 'Always 1; the version is a label.' })
    .addCallback((result) => result.observe(1, { version }))
  const metrics = {
    type: 'text/plain; version=0.0.4; charset=utf-8',
    async text() {
      const { resourceMetrics } = await exporter.collect()
      return serializer.serialize(resourceMetrics)
    },
    close: () => provider.shutdown(),
  }
  return { meter, metrics }
}
