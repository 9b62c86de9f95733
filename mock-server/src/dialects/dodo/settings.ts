/** What a sandbox may do otherwise than the service. */
export interface DodoSettings {
  /**
   * Milliseconds of sandbox time between two passes of the meter worker; 0 deducts usage as it is ingested.
   *
   * The service takes a minute (MTR-50).
   */
  readonly meterDelayMs: number;
}

export const meterDelayMsDefault = 60_000;
