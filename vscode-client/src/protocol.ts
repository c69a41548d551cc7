/** The messages of CodeGrex beside the standard ones, as the server defines them. */

import {
  NotificationType,
  RequestType,
  type Position,
  type TextDocumentIdentifier,
} from "vscode-languageclient/node";

export const modes = ["normal", "sensitive", "offline"] as const;
export type Mode = (typeof modes)[number];

/** What the status item shows. */
export interface Status {
  readonly mode: Mode;
  readonly modeSource: string;
  readonly kind: "normal" | "warning" | "error" | "inactive";
  readonly busy: boolean;
  readonly message: string;
  readonly route?: Route | null;
  readonly file?: { ignored: boolean; rule?: string | null; redactions?: number } | null;
  readonly lastDecision?: Decision | null;
}

export interface Route {
  readonly provider: string;
  readonly model: string;
  readonly destination: "local" | "cloud";
  readonly verified?: boolean;
}

export interface Decision {
  readonly code: string;
  readonly message: string;
}

/** Exactly what a request would send, after redaction, and what would stay. */
export interface Preview {
  readonly mode: Mode;
  readonly task: string;
  readonly route: (Route & { readonly baseUrl: string }) | null;
  readonly refused: Decision | null;
  readonly withheld: readonly { origin: string; code: string; rule: string }[];
  readonly pieces: readonly { origin: string; kind: string; text: string }[];
  readonly redactions: readonly {
    origin: string;
    type: string;
    kind: string;
    placeholder: string;
    count: number;
  }[];
  readonly body: string;
  readonly bytes: number;
  /** Under which the server keeps this for a while, as JSON. */
  readonly uri: string;
}

/** Whether a path is read, and the line that decides. */
export interface IgnoreVerdict {
  readonly path: string;
  readonly ignored: boolean;
  readonly source: string | null;
  readonly line: number | null;
  readonly pattern: string | null;
}

/** Where a provider's key would be sent, and where it was found; never the key. */
export interface KeyPlace {
  readonly provider: string;
  readonly origin: string;
  readonly needed: boolean;
  readonly source: string | null;
}

interface AboutDocument {
  readonly textDocument?: TextDocumentIdentifier;
}

export const StatusRequest = new RequestType<AboutDocument, Status, void>("codegrex/status");

export const StatusChanged = new NotificationType<Status>("codegrex/didChangeStatus");

export const SetModeRequest = new RequestType<
  { mode: Mode; workspaceFolder?: string },
  Status,
  void
>("codegrex/setMode");

export const PreviewRequest = new RequestType<
  { textDocument: TextDocumentIdentifier; position: Position; task: "completion" | "chat" },
  Preview,
  void
>("codegrex/preview");

export const ExplainIgnoreRequest = new RequestType<{ uri: string }, [IgnoreVerdict], void>(
  "codegrex/explainIgnore",
);

/** The server asks. */
export const KeyRequest = new RequestType<
  { provider: string; origin: string },
  { key: string | null },
  void
>("codegrex/key");

export const KeysRequest = new RequestType<object, KeyPlace[], void>("codegrex/keys");

export const DidFocus = new NotificationType<AboutDocument>("textDocument/didFocus");
