import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { Ajv2020, type ErrorObject } from "ajv/dist/2020.js";
import addFormats from "ajv-formats";
import { parse } from "yaml";

// biome-ignore lint/suspicious/noExplicitAny: a parsed YAML document
type Json = any;

/** What a response must look like, by operation and status, compiled from the documents themselves. */
const responses = new Map<string, Map<number, ((body: unknown) => string | undefined) | null>>();

for (const name of ["openapi.yaml", "sandbox.yaml"]) {
  const file = createRequire(import.meta.url).resolve(`@drawdown/spec/${name}`);
  const document: Json = parse(readFileSync(file, "utf8"));
  const ajv = new Ajv2020({ strict: false, allErrors: true });
  addFormats.default(ajv);
  ajv.addSchema({ $id: name, ...document });
  const at = (pointer: string): Json =>
    pointer
      .slice(2)
      .split("/")
      .reduce((node, step) => node[step.replaceAll("~1", "/")], document);
  for (const item of Object.values<Json>(document.paths)) {
    for (const operation of Object.values<Json>(item)) {
      if (!operation?.operationId) continue;
      const byStatus = new Map<number, ((body: unknown) => string | undefined) | null>();
      responses.set(operation.operationId, byStatus);
      for (const [status, declared] of Object.entries<Json>(operation.responses)) {
        const response = declared.$ref ? at(declared.$ref) : declared;
        const schema = response.content?.["application/json"]?.schema;
        const validate = schema
          ? ajv.compile(JSON.parse(JSON.stringify(schema).replaceAll('"#/', `"${name}#/`)))
          : null;
        byStatus.set(
          Number(status),
          validate && ((body) => (validate(body) ? undefined : reasons(validate.errors))),
        );
      }
    }
  }
}

const reasons = (errors: ErrorObject[] | null | undefined): string =>
  (errors ?? []).map((it) => `${it.instancePath} ${it.message}`).join("; ");

/** Why an answer is not one the document allows; `undefined` when it is. */
export function violation(
  operationId: string,
  status: number,
  body: unknown,
  text: string,
): string | undefined {
  const declared = responses.get(operationId)?.get(status);
  if (declared === undefined) return `${operationId} answered ${status}, which it does not declare`;
  if (declared === null) {
    return text === "" ? undefined : `${operationId} answered ${status} with a body: ${text}`;
  }
  const why = declared(body);
  return why && `${operationId} answered ${status} against its schema: ${why}: ${text}`;
}
