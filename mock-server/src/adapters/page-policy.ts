import { createHash } from "node:crypto";

/** A page with the headers that say what it may do. */
export interface Page {
  readonly html: string;
  readonly headers: Readonly<Record<string, string>>;
}

/**
 * What a browser may do with a page: run and apply what stands in it, call the sandbox, and nothing else. No other page may
 * show it in a frame, and no link of it says where it was.
 *
 * @param html the page before anything from outside is written into it, as whatever script it holds is allowed
 * @rule BND-08 a strict policy, no frames, no guessing of types, no referrer
 */
export const pageHeaders = (html: string): Page["headers"] => ({
  "content-security-policy": [
    "default-src 'none'",
    `script-src ${hashesOf(html, "script")}`,
    `style-src ${hashesOf(html, "style")}`,
    "img-src data:",
    "connect-src 'self'",
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
  ].join("; "),
  "x-content-type-options": "nosniff",
  "x-frame-options": "DENY",
  "referrer-policy": "no-referrer",
});

/** The sources of a policy that allow what stands between such tags, letter for letter. */
function hashesOf(html: string, tag: "script" | "style"): string {
  const texts = [...html.matchAll(new RegExp(`<${tag}[^>]*>([^]*?)</${tag}>`, "g"))];
  const hashes = texts.map(([, text = ""]) => createHash("sha256").update(text).digest("base64"));
  return hashes.length === 0 ? "'none'" : hashes.map((it) => `'sha256-${it}'`).join(" ");
}
