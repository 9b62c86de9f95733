/** What a sandbox may do otherwise than the service. */
export interface DodoSettings {
  /**
   * Milliseconds of sandbox time between two passes of the meter worker; 0 deducts usage as it is ingested.
   *
   * The service takes a minute (MTR-50).
   */
  readonly meterDelayMs: number;
  /** Endpoints that are there from the start. */
  readonly webhooks: readonly InitialWebhook[];
}

/** A webhook endpoint that a sandbox starts with. */
export interface InitialWebhook {
  /** Bearer token whose events it gets. */
  readonly key: string;
  /** An http or https address. */
  readonly url: string;
  /** `whsec_` and the base64 of its bytes; made by the sandbox when absent. */
  readonly secret?: string;
}

export const meterDelayMsDefault = 60_000;
