import { bareAddress } from "../http/web-address.js";

/** The address of a running sandbox without slashes at its end; undefined where a text cannot be one. */
export const sandboxAddress = (text: string): string | undefined =>
  bareAddress(text) && text.replace(/\/+$/, "");
