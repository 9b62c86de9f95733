import { createSandbox } from "@drawdown/mock-server";
import { handlers } from "@drawdown/mock-server/msw";
import { setupWorker } from "msw/browser";
import { liveQuarter, quarter } from "./quarter.js";

/** In a page, without a network: the engine answers the client directly. */
export const inProcess = (): Promise<string> => {
  const { fetch } = createSandbox(quarter);
  return liveQuarter({ fetch, baseURL: "http://sandbox.test" });
};

/** In a page whose calls to the service its worker answers. */
export async function overMsw(): Promise<string> {
  const worker = setupWorker(...handlers(createSandbox(quarter)));
  await worker.start({ quiet: true, onUnhandledRequest: "error" });
  const text = await liveQuarter({
    fetch: (url, init) => fetch(url, init),
    baseURL: "https://test.dodopayments.com",
  });
  worker.stop();
  return text;
}
