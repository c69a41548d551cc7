/** Finds the language server's program. */

import { accessSync, constants, statSync } from "node:fs";
import { delimiter, isAbsolute, join } from "node:path";
import { workspace } from "vscode";
import { section } from "./settings";

/** As the person named it. A machine setting, so no workspace can choose which program runs. */
export function serverName(): string {
  return workspace.getConfiguration(section).get("server.path", "") || "codegrex-lsp";
}

/** Path of the program, or nothing where it is not there. */
export function findServer(): string | undefined {
  const name = serverName();
  if (isAbsolute(name)) {
    return runs(name) ? name : undefined;
  }
  const endings = process.platform === "win32" ? [".exe", ".cmd", ""] : [""];
  return (process.env["PATH"] ?? "")
    .split(delimiter)
    .filter(isAbsolute)
    .flatMap((folder) => endings.map((ending) => join(folder, name + ending)))
    .find(runs);
}

function runs(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return statSync(path).isFile();
  } catch {
    return false;
  }
}
