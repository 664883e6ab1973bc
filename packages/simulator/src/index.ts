export {
  type ConnectionFault,
  type ConnectionFaultShare,
  connectionFaultNames,
} from './faults/connection-fault.ts'
export type { FaultShare } from './faults/fault.ts'
export { type FaultName, faultNames } from './faults/fault.ts'
export type { NoAnswer, Plan, PlannedAnswer, PlannedBody, RawBytes, StreamPlace, WireFault } from './faults/plan.ts'
export type { Latency, LatencyLaw, LatencyOption, TailPart } from './latency/latency.ts'
export type { KeyOptions, KeyRule, KeyStats } from './limits/keys.ts'
export type { Dialect, Limit, LimitOption, LimitSpec, Per } from './limits/limit.ts'
export type { LimitStats } from './limits/limits.ts'
export type { Line } from './line/line.ts'
export type { SimulatorRequest } from './request.ts'
export { resolveScenario, type ScenarioInput, scenarios } from './scenario/resolve-scenario.ts'
export type {
  Conduct,
  KeepAliveOptions,
  Outage,
  OutageOption,
  PathConduct,
  PathOptions,
  RefusalOptions,
  Scenario,
  ScenarioName,
  ScenarioOptions,
  Share,
} from './scenario/scenario.ts'
export type { TlsOption } from './server/certificate.ts'
export { type RunningSimulator, type ServeOptions, serveSimulator } from './server/serve-simulator.ts'
export { createSimulator, type Simulator, type SimulatorOptions } from './simulator.ts'
export type { Arrival, MostRepeated, SimulatorStats } from './stats/statistics.ts'
export {
  type SimulatorTarget,
  type SimulatorTransportOptions,
  simulatorTransport,
} from './transport/simulator-transport.ts'
export type { Ending, Visit } from './visit.ts'
