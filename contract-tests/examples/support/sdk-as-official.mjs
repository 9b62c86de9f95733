import { register } from "node:module";

// Loaded before an application, gives it our client where it imports the official one.
const hooks = `export const resolve = (specifier, context, next) =>
  specifier === "dodopayments"
    ? next("@drawdown/sdk", { ...context, parentURL: ${JSON.stringify(import.meta.url)} })
    : next(specifier, context);`;

register(`data:text/javascript,${encodeURIComponent(hooks)}`);
