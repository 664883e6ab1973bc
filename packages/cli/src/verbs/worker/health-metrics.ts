import { PrometheusExporter, PrometheusSerializer } from '@opentelemetry/exporter-prometheus'
import { MeterProvider } from '@opentelemetry/sdk-metrics'
import { version } from '../../io.ts'

/** Metrics in Prometheus' text format. */
export interface HealthMetrics {
  /** Content type of the text. */
  readonly type: string
  /** Current metrics. */
  text(): Promise<string>
  close(): Promise<void>
}

/**
 * Creates a meter, and its output in Prometheus' text format. Values are collected on request, at no cost in between.
 */
export function prometheus(): {
  readonly meter: ReturnType<MeterProvider['getMeter']>
  readonly metrics: HealthMetrics
} {
  // No server of its own, and no metrics about the exporter.
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
