/** Shows what a request would send as a read-only document, which is forgotten when it closes. */

import { Disposable, EventEmitter, Uri, window, workspace, type TextDocument } from "vscode";
import type { Preview } from "./protocol";

const uri = Uri.from({ scheme: "codegrex-preview", path: "/What would be sent.md" });

export class PreviewDocument implements Disposable {
  private text = "";
  private readonly changed = new EventEmitter<Uri>();
  private readonly registered = Disposable.from(
    this.changed,
    workspace.registerTextDocumentContentProvider(uri.scheme, {
      onDidChange: this.changed.event,
      provideTextDocumentContent: () => this.text,
    }),
    workspace.onDidCloseTextDocument((closed) => this.forget(closed)),
  );

  async show(preview: Preview): Promise<void> {
    this.text = render(preview);
    this.changed.fire(uri);
    await window.showTextDocument(await workspace.openTextDocument(uri), { preview: true });
  }

  dispose(): void {
    this.registered.dispose();
  }

  private forget(closed: TextDocument): void {
    if (closed.uri.toString() === uri.toString()) {
      this.text = "";
    }
  }
}

/** The preview as a page: where to, what stays, what is masked, and the body byte for byte. */
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
  return `To ${route.model} by ${route.provider} at ${route.baseUrl} (${route.destination}), in ${mode} mode.`;
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
