/** What a person can ask for from the command palette. */

import {
  Range,
  Uri,
  commands,
  window,
  workspace,
  type Disposable,
  type QuickPickItem,
  type SecretStorage,
} from "vscode";
import type { LanguageClient } from "vscode-languageclient/node";
import { setKey } from "./keys";
import { showPreview } from "./preview";
import {
  ExplainIgnoreRequest,
  PreviewRequest,
  SetModeRequest,
  StatusRequest,
  type IgnoreVerdict,
  type Mode,
} from "./protocol";
import type { StatusView } from "./status";

/** What the commands act on. */
export interface Parts {
  readonly client: LanguageClient;
  readonly status: StatusView;
  readonly secrets: SecretStorage;
  readonly restart: () => Promise<void>;
}

export function registerCommands(parts: Parts): Disposable[] {
  const register = (name: string, action: (parts: Parts) => Promise<void> | void) =>
    commands.registerCommand(`codegrex.${name}`, async () => {
      try {
        await action(parts);
      } catch (error) {
        // The server's messages are sentences for people and carry no text of theirs.
        void window.showErrorMessage(`CodeGrex: ${sentence(error)}`);
      }
    });
  return [
    register("chooseMode", chooseMode),
    register("showPreview", previewHere),
    register("explainFile", explainFile),
    register("setKey", ({ client, secrets }) => setKey(client, secrets)),
    register("restartServer", ({ restart }) => restart()),
    register("showLog", ({ client }) => client.outputChannel.show()),
  ];
}

const explanations: Readonly<Record<Mode, string>> = {
  normal: "Local and cloud models. Everything is masked before it leaves.",
  sensitive: "Code, prompts and context go to local models only.",
  offline: "No connection but to local models, not even a name lookup.",
};

async function chooseMode({ client, status }: Parts): Promise<void> {
  const current = await client.sendRequest(StatusRequest, activeDocument());
  const items = (Object.keys(explanations) as Mode[]).map((mode) => ({
    label: mode,
    detail: explanations[mode],
    ...(mode === current.mode ? { description: `in force (${current.modeSource})` } : {}),
  })) satisfies QuickPickItem[];
  const chosen = await window.showQuickPick(items, { title: "Privacy mode of this workspace" });
  if (chosen) {
    const folder = activeFolder();
    const request = {
      mode: chosen.label,
      ...(folder ? { workspaceFolder: client.code2ProtocolConverter.asUri(folder) } : {}),
    };
    status.show(await client.sendRequest(SetModeRequest, request));
  }
}

async function previewHere({ client }: Parts): Promise<void> {
  const editor = window.activeTextEditor;
  if (!editor) {
    throw new Error("Open a file first.");
  }
  const convert = client.code2ProtocolConverter;
  await showPreview(
    await client.sendRequest(PreviewRequest, {
      textDocument: convert.asTextDocumentIdentifier(editor.document),
      position: convert.asPosition(editor.selection.active),
      task: "completion",
    }),
  );
}

async function explainFile({ client }: Parts): Promise<void> {
  const uri = activeUri();
  if (!uri) {
    throw new Error("Open a file first.");
  }
  const [verdict] = await client.sendRequest(ExplainIgnoreRequest, { uri });
  const rule = ruleFile(verdict);
  const choices = rule ? ["Open Rule"] : [];
  if ((await window.showInformationMessage(explain(verdict), ...choices)) && rule) {
    const line = Math.max(0, (verdict.line ?? 1) - 1);
    await window.showTextDocument(rule, { selection: new Range(line, 0, line, 0) });
  }
}

/** The verdict as one sentence. */
export function explain({ ignored, source, line, pattern }: IgnoreVerdict): string {
  const named = source === "builtin" ? "the built-in list" : source;
  const rule = [named, line ? `line ${line}` : "", pattern].filter(Boolean).join(", ");
  if (!ignored) {
    return `CodeGrex reads this file: ${rule ? `${rule}, allows it` : "no rule ignores it"}.`;
  }
  return `CodeGrex does not read this file: ${rule || "a rule ignores it"}.`;
}

/** The ignore file that decides, where it is one of the workspace's own. */
function ruleFile({ source }: IgnoreVerdict): Uri | undefined {
  const folder = activeFolder();
  return folder && source?.endsWith(".codegrexignore") ? Uri.joinPath(folder, source) : undefined;
}

function activeUri(): string | undefined {
  return window.activeTextEditor?.document.uri.toString();
}

function activeDocument(): { textDocument?: { uri: string } } {
  const uri = activeUri();
  return uri ? { textDocument: { uri } } : {};
}

function activeFolder(): Uri | undefined {
  const active = window.activeTextEditor?.document.uri;
  const folder = active && workspace.getWorkspaceFolder(active);
  return (folder ?? workspace.workspaceFolders?.[0])?.uri;
}

function sentence(error: unknown): string {
  return error instanceof Error ? error.message : "the request failed.";
}
