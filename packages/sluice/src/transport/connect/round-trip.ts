const roundTrips = new WeakMap<object, number>()

/** Notes how many ms it took the other side of this connection to answer. */
export function noteRoundTrip(socket: object, duration: number): void {
  roundTrips.set(socket, duration)
}

/** Time in ms in which the other side of this connection answers, as measured when it was made; 0 if unknown. */
export function roundTripOf(socket: object): number {
  return roundTrips.get(socket) ?? 0
}
