/**
 * Keys of providers in VS Code's SecretStorage, each for one origin: a provider whose address
 * changed gets none. The server asks when it needs one; nothing here shows or logs a key.
 */

import {
  window,
  type Disposable,
  type LogOutputChannel,
  type QuickPickItem,
  type SecretStorage,
} from "vscode";
import type { LanguageClient } from "vscode-languageclient/node";
import { KeyRequest, KeysRequest, type KeyPlace } from "./protocol";

/** A channel for the trace that leaves out what the server is told when it asks for a key. */
export function discreet(channel: LogOutputChannel): LogOutputChannel {
  const trace = (message: string) => channel.trace(withoutKey(message));
  return Object.create(channel, { trace: { value: trace } }) as LogOutputChannel;
}

/** As text a message has its method in the first line; as JSON an answer does not name it. */
function withoutKey(message: string): string {
  if (message.startsWith("{") && message.includes('"send-response"')) {
    return '{"isLSPMessage":true,"type":"send-response"}';
  }
  const [first = ""] = message.split("\n", 1);
  return first.includes("'codegrex/key ") ? first : message;
}

/** Answers the server's questions, and tells it when a key was set here or in another window. */
export function keepKeys(
  client: LanguageClient,
  secrets: SecretStorage,
  changed: () => Promise<void>,
): Disposable[] {
  return [
    client.onRequest(KeyRequest, async (place) => ({
      key: (await secrets.get(entry(place))) ?? null,
    })),
    secrets.onDidChange(changed),
  ];
}

/** Asks for a provider and its key, and keeps or removes it. */
export async function setKey(client: LanguageClient, secrets: SecretStorage): Promise<void> {
  const places = await client.sendRequest(KeysRequest, {});
  const items = places.map((place) => ({
    place,
    label: place.provider,
    description: place.source ? `has a key (${place.source})` : place.needed ? "needs a key" : "",
    detail: `A key is sent to ${place.origin} only.`,
  })) satisfies QuickPickItem[];
  items.sort((one, other) => Number(other.place.needed) - Number(one.place.needed));
  const chosen = await window.showQuickPick(items, { title: "Set the key of which provider?" });
  if (!chosen) {
    return;
  }
  const key = await window.showInputBox({
    title: `Key of ${chosen.label}`,
    prompt: `Kept by VS Code and sent to ${chosen.place.origin} only. Empty removes it.`,
    password: true,
    ignoreFocusOut: true,
  });
  if (key?.trim()) {
    await secrets.store(entry(chosen.place), key.trim());
  } else if (key !== undefined) {
    await secrets.delete(entry(chosen.place));
  }
}

function entry({ provider, origin }: Pick<KeyPlace, "provider" | "origin">): string {
  return `key ${provider} ${origin}`;
}
