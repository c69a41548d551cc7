---@brief
---
--- https://codegrex.com
---
--- Inline completion from a local model, with ignore rules and masking before anything leaves.
---
--- ```sh
--- pipx install 'codegrex-lsp[embedded]'
--- ```
---
--- Attaches to every file type. Suggestions are `textDocument/inlineCompletion`: Neovim 0.12 shows
--- them with `vim.lsp.inline_completion.enable()`; docs/editors/neovim.md has the lines for 0.11.
---
--- `vim.g.codegrex_status` holds what a status line may show, such as `sensitive · local`.

---@class codegrex.Status
---@field mode string
---@field kind string
---@field route? { destination: string }
---@field file? { ignored: boolean }

-- Before the first request no model was chosen yet, and that is nothing to worry about.
local without_route = { error = 'no model', inactive = 'off' }

---@param status codegrex.Status
---@return string
local function headline(status)
  local rest = status.route and status.route.destination or without_route[status.kind]
  if status.file and status.file.ignored then
    rest = 'file not read'
  end
  return rest and status.mode .. ' · ' .. rest or status.mode
end

---@param client vim.lsp.Client
---@param bufnr integer
local function set_mode(client, bufnr)
  vim.ui.select({ 'normal', 'sensitive', 'offline' }, { prompt = 'Privacy mode' }, function(mode)
    if not mode then
      return
    end
    local params = { mode = mode, workspaceFolder = client.root_dir and vim.uri_from_fname(client.root_dir) }
    client:request('codegrex/setMode', params, function(err, status)
      vim.notify('CodeGrex: ' .. (err and err.message or headline(status)))
    end, bufnr)
  end)
end

---@type vim.lsp.Config
return {
  cmd = { 'codegrex-lsp', '--stdio' },
  root_markers = { '.codegrex.toml', '.git' },
  init_options = {
    editorInfo = { name = 'Neovim', version = tostring(vim.version()) },
  },
  settings = { codegrex = vim.empty_dict() },
  handlers = {
    ['codegrex/didChangeStatus'] = function(_, status)
      vim.g.codegrex_status = headline(status)
      vim.cmd.redrawstatus()
    end,
  },
  on_attach = function(client, bufnr)
    vim.api.nvim_buf_create_user_command(bufnr, 'LspCodegrexMode', function()
      set_mode(client, bufnr)
    end, { desc = 'Set the privacy mode of this workspace' })
  end,
}
