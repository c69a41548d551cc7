/** One line in the status bar and one language status item: mode, destination, and why silence. */

import {
  LanguageStatusSeverity,
  StatusBarAlignment,
  ThemeColor,
  languages,
  window,
  type Disposable,
} from "vscode";
import type { Route, Status } from "./protocol";

export const documentSelector = [{ scheme: "file" }, { scheme: "untitled" }];

export class StatusView implements Disposable {
  private readonly item = languages.createLanguageStatusItem("codegrex.status", documentSelector);
  private readonly bar = window.createStatusBarItem(
    "codegrex.status",
    StatusBarAlignment.Right,
    100,
  );

  constructor() {
    this.item.name = this.bar.name = "CodeGrex";
    this.item.command = { command: "codegrex.chooseMode", title: "Set privacy mode" };
    this.bar.command = "codegrex.chooseMode";
    this.bar.show();
    this.starting();
  }

  starting(): void {
    this.draw("$(sync~spin)", "starting", "The server is starting.");
  }

  stopped(): void {
    this.draw("$(error)", "stopped", "The server is not running.", LanguageStatusSeverity.Error);
  }

  show(status: Status): void {
    this.draw(icon(status), headline(status), details(status), severity(status), status.busy);
  }

  dispose(): void {
    this.item.dispose();
    this.bar.dispose();
  }

  private draw(
    sign: string,
    text: string,
    detail: string,
    grade = LanguageStatusSeverity.Information,
    busy = false,
  ): void {
    this.item.text = `CodeGrex: ${text}`;
    this.item.detail = detail.split("\n", 1)[0] ?? "";
    this.item.severity = grade;
    this.item.busy = busy;
    this.bar.text = `${sign} CodeGrex: ${text}`;
    this.bar.tooltip = `${detail}\nClick to set the privacy mode.`;
    this.bar.backgroundColor =
      grade === LanguageStatusSeverity.Error
        ? new ThemeColor("statusBarItem.errorBackground")
        : undefined;
  }
}

/** The shortest true thing to say: `sensitive · local`, or that this file is not read. */
export function headline(status: Status): string {
  const rest = status.file?.ignored
    ? "file not read"
    : (status.route?.destination ?? withoutRoute[status.kind]);
  return [status.mode, rest].filter(Boolean).join(" · ");
}

/** Before the first request no model was chosen yet, and that is nothing to worry about. */
const withoutRoute = { normal: "", warning: "", error: "no model", inactive: "off" } as const;

/** One sentence per line, plain text: rules and model names come from files and servers. */
export function details(status: Status): string {
  const { route, file, lastDecision } = status;
  return [
    sentence(status.message),
    `Mode: ${status.mode} (${status.modeSource})`,
    route ? `Model: ${[route.model, route.provider, where(route)].filter(Boolean).join(", ")}` : "",
    file?.redactions ? `Masked in the last request: ${file.redactions}` : "",
    lastDecision ? `Last request: ${lastDecision.message}` : "",
  ]
    .filter(Boolean)
    .join("\n");
}

function sentence(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

function where({ destination, verified }: Route): string {
  if (destination === "cloud") {
    return "in the cloud";
  }
  return verified ? "verified to be local" : "local";
}

function icon(status: Status): string {
  if (status.busy) {
    return "$(sync~spin)";
  }
  if (status.kind === "error") {
    return "$(error)";
  }
  if (status.file?.ignored) {
    return "$(eye-closed)";
  }
  return status.route?.destination === "cloud" ? "$(cloud)" : "$(shield)";
}

function severity(status: Status): LanguageStatusSeverity {
  switch (status.kind) {
    case "error":
      return LanguageStatusSeverity.Error;
    case "warning":
      return LanguageStatusSeverity.Warning;
    default:
      return LanguageStatusSeverity.Information;
  }
}
