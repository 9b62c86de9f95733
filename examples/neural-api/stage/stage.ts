import { createSandbox, type Sandbox, type SandboxOptions } from "@drawdown/mock-server";
import { listen } from "@drawdown/mock-server/node";
import DodoPayments from "dodopayments";
import { serveModel } from "../stand-in/model.js";
import {
  type Application,
  type ApplicationOptions,
  freePort,
  startApplication,
} from "./application.js";
import { type Catalogue, setUpCatalogue } from "./catalogue.js";

/** Everything NeuralAPI needs, on this machine: a sandbox, a stand-in for the language model, and NeuralAPI itself. */
export interface Stage {
  readonly sandbox: Sandbox;
  readonly sandboxUrl: string;
  readonly catalogue: Catalogue;
  readonly application: Application;
  /** The official client, for what the tutorial does in the dashboard. */
  readonly dodo: DodoPayments;
  /** Calls the control API, which the official client does not know. */
  control<Answer>(method: string, path: string, body?: object): Promise<Answer>;
  close(): Promise<void>;
}

export interface StageOptions
  extends SandboxOptions,
    Pick<ApplicationOptions, "onLine" | "execArgv"> {
  /** Where the application listens. Default: any free port. */
  readonly port?: number;
}

/** The key of the sandbox's world that all of this happens in. */
export const key = "dodo_test_neural_api";

const modelKey = "sk-stand-in";

export async function openStage(options: StageOptions = {}): Promise<Stage> {
  const closers: (() => unknown)[] = [];
  const close = async () => {
    for (const it of closers.splice(0).reverse()) await it();
  };
  try {
    const sandbox = createSandbox(options);
    closers.push(sandbox.close);
    const { url, server } = await listen(sandbox, { port: 0, host: "127.0.0.1" });
    closers.push(() => server.close().closeAllConnections());
    const model = await serveModel(modelKey);
    closers.push(model.close);
    const dodo = new DodoPayments({ bearerToken: key, baseURL: url });
    const catalogue = await setUpCatalogue(dodo);
    const port = options.port ?? (await freePort());
    const baseUrl = `http://127.0.0.1:${port}`;
    const environment = {
      ...catalogue,
      DRAWDOWN_URL: url,
      DODO_PAYMENTS_API_KEY: key,
      DODO_PAYMENTS_WEBHOOK_KEY: await listenForEvents(dodo, `${baseUrl}/webhooks/dodo`),
      DODO_ENVIRONMENT: "test_mode",
      OPENAI_API_KEY: modelKey,
      OPENAI_BASE_URL: model.baseUrl,
      BASE_URL: baseUrl,
    };
    const application = await startApplication({ ...options, port, environment });
    closers.push(application.close);
    return {
      sandbox,
      sandboxUrl: url,
      catalogue,
      application,
      dodo,
      control: controlOf(url),
      close,
    };
  } catch (error) {
    await close();
    throw error;
  }
}

/** Step 7 of the tutorial: the events that NeuralAPI routes go to it. Answers the secret they are signed with. */
async function listenForEvents(dodo: DodoPayments, url: string): Promise<string> {
  const endpoint = await dodo.webhooks.create({
    url,
    filter_types: ["credit.added", "credit.deducted", "credit.overage_charged"],
  });
  return (await dodo.webhooks.retrieveSecret(endpoint.id)).secret;
}

const controlOf =
  (url: string): Stage["control"] =>
  async (method, path, body) => {
    const response = await fetch(`${url}/_sandbox${path}`, {
      method,
      headers: { authorization: `Bearer ${key}`, "content-type": "application/json" },
      body: body === undefined ? null : JSON.stringify(body),
    });
    if (!response.ok) throw new Error(`${method} ${path}: ${await response.text()}`);
    return response.json();
  };
