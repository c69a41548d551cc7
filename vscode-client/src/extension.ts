/** Starts the language server and shows what it says. Everything else is the server's. */

import { commands, env, version, window, workspace } from "vscode";
import type { Disposable, ExtensionContext } from "vscode";
import {
  DidChangeConfigurationNotification,
  LanguageClient,
  State,
  type Executable,
  type LanguageClientOptions,
} from "vscode-languageclient/node";
import { registerCommands } from "./commands";
import { discreet, keepKeys } from "./keys";
import { previewPages } from "./preview";
import { DidFocus, StatusChanged, StatusRequest } from "./protocol";
import { findServer, serverName } from "./server";
import { explicitSettings, section, serverKeys } from "./settings";
import { StatusView, documentSelector } from "./status";

let running: LanguageClient | undefined;

export async function activate(context: ExtensionContext): Promise<void> {
  const client = createClient(context);
  const status = new StatusView();
  const restart = async () => {
    if (client.needsStop()) {
      await client.stop();
    }
    await start(client, status);
  };
  context.subscriptions.push(
    status,
    ...registerCommands({ client, status, secrets: context.secrets, restart }),
    ...keepKeys(client, context.secrets, () => tellSettings(client, serverKeys(context))),
    ...follow(client, status),
    // What the server was told at start no longer holds, so it starts anew.
    workspace.onDidGrantWorkspaceTrust(restart),
    workspace.onDidChangeConfiguration(async (event) => {
      if (event.affectsConfiguration(`${section}.server`)) {
        await restart();
      }
    }),
  );
  running = client;
  await start(client, status);
}

export async function deactivate(): Promise<void> {
  await running?.dispose();
}

/** The server's process; the path is looked up anew at each start. */
const server: Executable = {
  get command() {
    return findServer() ?? serverName();
  },
  args: ["--stdio"],
};

function createClient(context: ExtensionContext): LanguageClient {
  const log = window.createOutputChannel("CodeGrex", { log: true });
  const trace = window.createOutputChannel("CodeGrex Trace", { log: true });
  context.subscriptions.push(log, trace);
  const keys = serverKeys(context);
  const options: LanguageClientOptions = {
    documentSelector,
    outputChannel: log,
    traceOutputChannel: discreet(trace),
    initializationOptions: () => ({
      settings: explicitSettings(keys),
      editorInfo: { name: env.appName, version },
      clientKeys: true,
      trusted: workspace.isTrusted,
    }),
    synchronize: { configurationSection: section },
    middleware: {
      ...previewPages,
      workspace: {
        configuration: ({ items }) =>
          items.map(({ section: asked }) => (asked === section ? explicitSettings(keys) : null)),
        didChangeConfiguration: () => tellSettings(client, keys),
      },
    },
  };
  const client = new LanguageClient(section, "CodeGrex", server, options);
  return client;
}

/** What the person set may have changed, keys included; the server looks anew. */
async function tellSettings(client: LanguageClient, keys: readonly string[]): Promise<void> {
  if (client.isRunning()) {
    await client.sendNotification(DidChangeConfigurationNotification.type, {
      settings: { [section]: explicitSettings(keys) },
    });
  }
}

async function start(client: LanguageClient, status: StatusView): Promise<void> {
  if (!findServer()) {
    status.stopped();
    void offerHelp();
    return;
  }
  status.starting();
  try {
    await client.start();
    await refresh(client, status);
  } catch {
    status.stopped(); // the language client has already said why
  }
}

async function offerHelp(): Promise<void> {
  const settings = "Open Settings";
  const chosen = await window.showErrorMessage(
    `CodeGrex: ${serverName()} was not found. Install it with ` +
      `pipx install 'codegrex-lsp[embedded]', or set codegrex.server.path to where it is.`,
    settings,
  );
  if (chosen) {
    await commands.executeCommand("workbench.action.openSettings", "codegrex.server.path");
  }
}

/** Keeps the status true: what the server says, which file is looked at, and that it runs. */
function follow(client: LanguageClient, status: StatusView): Disposable[] {
  return [
    client.onNotification(StatusChanged, (changed) => status.show(changed)),
    client.onDidChangeState(({ newState }) => {
      if (newState === State.Stopped) {
        status.stopped();
      }
    }),
    window.onDidChangeActiveTextEditor(() => refresh(client, status)),
  ];
}

async function refresh(client: LanguageClient, status: StatusView): Promise<void> {
  const document = window.activeTextEditor?.document;
  if (!client.isRunning() || !document || !documentSelector.some(matches(document.uri.scheme))) {
    return;
  }
  const about = { textDocument: { uri: client.code2ProtocolConverter.asUri(document.uri) } };
  await client.sendNotification(DidFocus, about);
  status.show(await client.sendRequest(StatusRequest, about));
}

function matches(scheme: string): (filter: { scheme: string }) => boolean {
  return (filter) => filter.scheme === scheme;
}
