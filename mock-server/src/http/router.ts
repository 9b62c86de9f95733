import { nearest, type Operation } from "./nearest.js";
import { RequestError } from "./request-error.js";

interface Node<Target> {
  readonly children: Map<string, Node<Target>>;
  parameter: { readonly name: string; readonly node: Node<Target> } | undefined;
  readonly targets: Map<string, { readonly target: Target; readonly names: readonly string[] }>;
}

export interface Match<Target> {
  readonly target: Target;
  /** Path parameters as they stand in the path, still percent-encoded. */
  readonly path: Readonly<Record<string, string>>;
}

/** Finds what answers a method and path. Literal segments win over parameters. */
export class Router<Target> {
  readonly #root: Node<Target> = newNode();
  readonly #operations: Operation[] = [];

  /** @param template path with parameters in braces, for example `/meters/{id}` */
  add(method: string, template: string, target: Target): void {
    this.#operations.push({ method, path: template });
    const names: string[] = [];
    let node = this.#root;
    for (const segment of template.split("/").slice(1)) {
      if (segment.startsWith("{")) {
        names.push(segment.slice(1, -1));
        node.parameter ??= { name: segment, node: newNode() };
        node = node.parameter.node;
      } else {
        const child = node.children.get(segment) ?? newNode();
        node.children.set(segment, child);
        node = child;
      }
    }
    node.targets.set(method, { target, names });
  }

  /**
   * @rule ERR-10 an unknown path is 404, a known path with another method 405
   * @throws RequestError route-unknown, method-not-allowed
   */
  match(method: string, path: string): Match<Target> {
    const segments = path.split("/").slice(1);
    const nodes = reach(this.#root, segments, 0, []);
    for (const { node, values } of nodes) {
      const found = node.targets.get(method);
      if (found) return { target: found.target, path: name(found.names, values) };
    }
    const allowed = this.methods(path);
    if (allowed.length === 0) {
      const near = nearest(method, path, this.#operations);
      const hint = near ? ` the nearest operation is ${near.method} ${near.path}, and` : "";
      throw new RequestError(
        "route-unknown",
        "ERR-10",
        `Item not found: there is no ${path};${hint} the operations served are listed at /_sandbox/openapi.yaml`,
      );
    }
    throw new RequestError(
      "method-not-allowed",
      "ERR-10",
      `${method} is not allowed on ${path}; allowed: ${allowed.join(", ")}`,
      { allow: allowed.join(", ") },
    );
  }

  /** Methods a path answers to; empty when the path is unknown. */
  methods(path: string): readonly string[] {
    const nodes = reach(this.#root, path.split("/").slice(1), 0, []);
    return [...new Set(nodes.flatMap(({ node }) => [...node.targets.keys()]))];
  }
}

const newNode = <Target>(): Node<Target> => ({
  children: new Map(),
  parameter: undefined,
  targets: new Map(),
});

interface Reached<Target> {
  readonly node: Node<Target>;
  readonly values: readonly string[];
}

/** Every node that the segments lead to, the most literal first. */
function reach<Target>(
  node: Node<Target>,
  segments: readonly string[],
  position: number,
  values: readonly string[],
): readonly Reached<Target>[] {
  const segment = segments[position];
  if (segment === undefined) return node.targets.size > 0 ? [{ node, values }] : [];
  const literal = node.children.get(segment);
  const found = literal ? reach(literal, segments, position + 1, values) : [];
  if (!node.parameter || segment === "") return found;
  const parameter = reach(node.parameter.node, segments, position + 1, [...values, segment]);
  return found.length === 0 ? parameter : [...found, ...parameter];
}

function name(names: readonly string[], values: readonly string[]): Record<string, string> {
  const path: Record<string, string> = {};
  for (const [position, key] of names.entries()) path[key] = values[position] ?? "";
  return path;
}
