import { WebhookUnwrapError } from "./errors.js";

/**
 * Stands in for the verifier in bundles for browsers, where the secret has no place.
 *
 * @throws WebhookUnwrapError always
 */
export function verifiedText(): never {
  throw new WebhookUnwrapError(
    "not_in_browsers",
    "This bundle is for browsers and does not verify webhooks: the secret belongs on a server. A bundle for a server or a worker has to resolve the condition node or worker.",
  );
}
