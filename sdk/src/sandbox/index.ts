export type { RequestOptions } from "../connection.js";
export type { HeadersLike } from "../headers.js";
export type { Page, PagePromise } from "../page.js";
export type { Fetch } from "../settings.js";
export type { WebhookEvent } from "../webhook-event.js";
export type {
  Checkout,
  CheckoutCompleteParams,
  CheckoutCompleteResponse,
  EntryCreateParams,
  EntryCreateResponse,
  MetersRunResponse,
  Portal,
  PortalRetrieveParams,
  SandboxCheckouts,
  SandboxEntries,
  SandboxMeters,
  SandboxPortals,
  SandboxSubscriptions,
  SubscriptionCloseCycleResponse,
  SubscriptionMetersResponse,
  SubscriptionSetCardParams,
  SubscriptionSetCardResponse,
} from "./billing.js";
export type {
  Clock,
  ClockAdvanceParams,
  ClockAdvanceResponse,
  ClockSetParams,
  SandboxClock,
} from "./clock.js";
export type {
  Audit,
  ExplainedGrant,
  ExplainedMovement,
  ExplainParams,
  Explanation,
  Health,
  ResetParams,
} from "./control.js";
export { SandboxControl, SandboxControl as default } from "./control.js";
export type { SandboxControlOptions } from "./settings.js";
export type {
  KeyCreateParams,
  KeyCreateResponse,
  Policy,
  PolicySetParams,
  SandboxKeys,
  SandboxPolicy,
  SandboxTenants,
  TenantCloseResponse,
  TenantCreateParams,
  TenantCreateResponse,
} from "./tenant.js";
export type {
  Delivery,
  DeliveryAttempt,
  DeliveryListParams,
  DeliveryMode,
  DeliveryModeParams,
  DeliverySettleResponse,
  EventListParams,
  SandboxDeliveries,
  SandboxEvent,
  SandboxEvents,
  SandboxWebhooks,
  WebhookQueuedResponse,
  WebhookReplayParams,
  WebhookRotateSecretResponse,
  WebhookSendParams,
} from "./webhooks.js";
