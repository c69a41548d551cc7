/** What a request would send, as a read-only page. The text stays with the server. */

import { Uri, window, workspace } from "vscode";
import type { Middleware } from "vscode-languageclient/node";
import type { Preview } from "./protocol";

/** Opens the page of a preview that the server keeps under `uri`, as JSON. */
export async function showPreview({ uri }: Preview): Promise<void> {
  const page = Uri.parse(uri.replace(/json$/, "md"));
  await window.showTextDocument(await workspace.openTextDocument(page), { preview: true });
}

/** Gives the page where the page is asked for, and the server's own JSON otherwise. */
export const previewPages: Middleware = {
  provideTextDocumentContent: async (uri, token, next) => {
    if (!uri.path.endsWith(".md")) {
      return next(uri, token);
    }
    const json = await next(uri.with({ path: uri.path.replace(/md$/, "json") }), token);
    return json ? render(JSON.parse(json) as Preview) : json;
  },
};

/** The preview as a page: where to, what stays, what is masked, the text, and the body byte for byte. */
export function render(preview: Preview): string {
  return [
    "# What would be sent",
    destination(preview),
    list(
      "Withheld",
      preview.withheld.map(({ origin, code, rule }) => `${origin}: ${rule || code}`),
    ),
    list(
      "Masked",
      preview.redactions.map(
        ({ origin, type, placeholder, count }) => `${type} in ${origin}, ${count} × ${placeholder}`,
      ),
    ),
    ...preview.pieces
      .filter(({ text }) => text.trim())
      .map(({ origin, kind, text }) => `## ${kind}: ${origin}\n\n${fenced(text)}`),
    preview.body ? `## Body, ${preview.bytes} bytes\n\n${fenced(preview.body)}` : "",
  ]
    .filter(Boolean)
    .join("\n\n")
    .concat("\n");
}

function destination({ mode, route, refused }: Preview): string {
  if (refused) {
    return `Nothing: ${refused.message}`;
  }
  if (!route) {
    return `Nothing: no model may be asked in ${mode} mode.`;
  }
  const model = [route.provider, route.model].filter(Boolean).join(", ");
  return `To ${model} at ${route.baseUrl} (${route.destination}), in ${mode} mode.`;
}

function list(title: string, lines: readonly string[]): string {
  return lines.length ? [`## ${title}\n`, ...lines.map((line) => `- ${line}`)].join("\n") : "";
}

/** A code block whose fence is longer than any in `text`. */
function fenced(text: string): string {
  const longest = Math.max(2, ...[...text.matchAll(/`+/g)].map(([run]) => run.length));
  const fence = "`".repeat(longest + 1);
  return `${fence}\n${text}\n${fence}`;
}
