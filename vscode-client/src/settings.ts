/**
 * What the person set, for the server. Defaults are left out: the server knows them, and a
 * default that arrives as a wish would count as a vote on the mode.
 */

import { workspace, type ExtensionContext, type Uri } from "vscode";

export const section = "codegrex";

/** Keys that only this client reads. */
const clientOnly = /^codegrex\.(server|trace)\./;

interface ConfigurationSection {
  readonly properties?: Readonly<Record<string, unknown>>;
}

/** The server's setting keys, without `codegrex.`, as the manifest declares them. */
export function serverKeys(context: ExtensionContext): string[] {
  const sections: ConfigurationSection[] = [
    context.extension.packageJSON.contributes.configuration,
  ].flat();
  return sections
    .flatMap((part) => Object.keys(part.properties ?? {}))
    .filter((key) => !clientOnly.test(key))
    .map((key) => key.slice(section.length + 1));
}

/** The values set by the person or the workspace for `scope`, as dotted keys. */
export function explicitSettings(keys: readonly string[], scope?: Uri): Record<string, unknown> {
  const configuration = workspace.getConfiguration(section, scope ?? null);
  const settings: Record<string, unknown> = {};
  for (const key of keys) {
    const found = configuration.inspect(key);
    const written = found?.globalValue ?? found?.workspaceValue ?? found?.workspaceFolderValue;
    if (written !== undefined) {
      // `get` and not `written`: VS Code withholds restricted values of an untrusted workspace.
      settings[key] = configuration.get(key);
    }
  }
  return settings;
}
