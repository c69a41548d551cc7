# Two commands for a fresh machine with Python 3.11 or newer, make and a package registry:
#
#   make demo    see it work: a sample workspace, a real model, every privacy decision explained
#   make test    set up every tool and run every test, the static checks included
#
#   make bench       measure; results go to bench/README.md
#   make quality     measure what is found and what is missed; results go to docs/quality.md
#   make generate    rewrite what is generated from the settings table

.PHONY: demo test bench quality generate tools

# `make PYTHON=/path/to/python3.13 test` chooses another.
PYTHON ?= $(shell for name in python3 python3.14 python3.13 python3.12 python3.11; do \
	$$name -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null \
	&& command -v $$name && break; done)
HERE := .venv/bin/python
PIP := $(HERE) -m pip install -qq --disable-pip-version-check

demo: $(HERE)
	@echo 'Installing CodeGrex and a local model server into .venv; this takes a minute or two.'
	@$(PIP) -e '.[embedded]'
	@.venv/bin/codegrex-lsp models pull starter --yes
	@.venv/bin/codegrex-lsp demo

test: tools
	@$(HERE) -m tools.run_tests

tools: $(HERE)
	@$(HERE) -m tools.setup

bench: $(HERE)
	@$(PIP) -e '.[embedded,test]'
	@$(HERE) -m bench

quality: $(HERE)
	@$(PIP) -e '.[test]'
	@$(PIP) -e '.[peers]' || echo 'The peers can not be installed here; the table is about us alone.'
	@$(HERE) -m bench.quality

generate: $(HERE)
	@$(PIP) -e .
	@$(HERE) -m codegrex_lsp.settings.generate

$(HERE):
	@test -n '$(PYTHON)' || { echo 'CodeGrex needs Python 3.11 or newer, and none was found.' \
		'Install one, or name it: make PYTHON=/path/to/python3'; exit 1; }
	@$(PYTHON) -m venv .venv || { rm -rf .venv; echo 'No virtual environment could be made with' \
		'$(PYTHON). On Debian and Ubuntu, install the package python3-venv.'; exit 1; }
